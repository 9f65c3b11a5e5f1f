{#- SQL that turns a date column (named …_date) or a text column into a SQL literal of its value. -#}
{% macro sql_literal_of(column) -%}
    concat('{{ "date" if column.endswith("_date") }}', "'", {{ column }}, "'")
{%- endmacro %}
