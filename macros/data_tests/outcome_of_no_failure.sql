{#- What dbt's query of a data test answers when it finds nothing; asked once in a command. -#}
{% macro outcome_of_no_failure() %}
    {% set kept = run_memory('outcome of no failure') %}
    {% if not kept %}
        {% do kept.update({'table': run_query('select 0 as failures, false as should_warn, false as should_error')}) %}
    {% endif %}
    {% do return(kept.table) %}
{% endmacro %}
