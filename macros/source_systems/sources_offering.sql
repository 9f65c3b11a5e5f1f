{#-
    The enabled source systems that offer a stream, as a SQL list of texts.

    Args:
        stream: events, order_lines, users or products.
-#}
{% macro sources_offering(stream) -%}
    {%- set names = [] -%}
    {%- for source_system, streams in source_systems().items() if stream in streams -%}
        {%- do names.append("'" ~ source_system ~ "'") -%}
    {%- endfor -%}
    {%- do return(names | join(', ') or 'null') -%}
{%- endmacro %}
