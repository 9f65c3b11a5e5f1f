{#- The SQL condition that a column holds one of the values of a plan. -#}
{% macro is_planned(column, plan) -%}
    {%- if plan.everything -%}
        {%- do return('true') -%}
    {%- elif not plan['values'] -%}
        {%- do return('false') -%}
    {%- else -%}
        {%- do return(column ~ ' in (' ~ plan['values'] | join(', ') ~ ')') -%}
    {%- endif -%}
{%- endmacro %}
