{#- The schema in which readers find the marts that are built in a schema with the ending _candidate. -#}
{% macro published_schema(schema) -%}
    {%- do return(schema.removesuffix('_candidate')) -%}
{%- endmacro %}
