{#- Whether a ledger was landed: `warehouse ledger --land`. -#}
{% macro ledger_is_landed() %}
    {% if not execute %}
        {% do return(true) %}
    {% endif %}
    {% set raw = generate_schema_name('raw', none) %}
    {% set tables = run_query('show tables in ' ~ raw ~ " like 'ledger_files'") %}
    {% do return(tables | length > 0) %}
{% endmacro %}
