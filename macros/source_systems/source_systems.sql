{#- The enabled source systems and the streams each offers, from the variable of that name. -#}
{% macro source_systems() %}
    {% set enabled = var('source_systems') %}
    {#- The linter knows no variables: it reads the SQL as for a single source system. -#}
    {% do return(enabled if enabled is mapping else {'shop': ['events', 'order_lines', 'users', 'products']}) %}
{% endmacro %}
