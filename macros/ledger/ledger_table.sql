{#- The raw table of a landed table of the ledger. -#}
{% macro ledger_table(table) -%}
    {{ generate_schema_name('raw', none) if execute else 'raw' }}.ledger_{{ table }}
{%- endmacro %}
