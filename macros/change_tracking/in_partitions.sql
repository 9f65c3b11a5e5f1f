{#- The SQL condition that a column holds one of the values to rebuild. -#}
{% macro in_partitions(column, rebuild) -%}
    {%- if rebuild.everything -%}
        {%- do return('true') -%}
    {%- elif not rebuild['values'] -%}
        {%- do return('false') -%}
    {%- else -%}
        {%- do return(column ~ ' in (' ~ rebuild['values'] | join(', ') ~ ')') -%}
    {%- endif -%}
{%- endmacro %}
