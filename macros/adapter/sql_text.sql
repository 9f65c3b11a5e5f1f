{#- A Spark string literal of any text; Spark takes a backslash for an escape. -#}
{% macro sql_text(text) %}
    {%- do return("'" ~ text | replace('\\', '\\\\') | replace("'", "\\'") ~ "'") -%}
{% endmacro %}
