{#- The earliest time that counts here: what is open to the past is valid from then. -#}
{% macro first_moment() -%}
    timestamp'1970-01-01T00:00:00Z'
{%- endmacro %}
