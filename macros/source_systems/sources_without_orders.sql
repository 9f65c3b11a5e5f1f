{#- The enabled source systems that land events but no order lines, as a SQL list of texts. -#}
{% macro sources_without_orders() -%}
    {%- set names = [] -%}
    {%- for source_system, streams in source_systems().items() if 'order_lines' not in streams -%}
        {%- do names.append("'" ~ source_system ~ "'") -%}
    {%- endfor -%}
    {%- do return(names | join(', ') or 'null') -%}
{%- endmacro %}
