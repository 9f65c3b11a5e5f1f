{#- Columns of shares, rounded to nine decimals: what is left is how a number is divided. -#}
{% macro rounded(columns) -%}
    {%- for column in columns -%}
        round({{ column }}, 9) as {{ column }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
