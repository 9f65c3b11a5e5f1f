{#- The first moment after all times that count here: what is open to the future is valid until then. -#}
{% macro end_of_time() -%}
    timestamp'2100-01-01T00:00:00Z'
{%- endmacro %}
