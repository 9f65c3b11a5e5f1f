{#-
    A mart as readers see it, for analyses: ref() is what was built last, and may not be published.

    Args:
        name: of the mart.
-#}
{% macro mart(name) -%}
    {%- set candidate = ref(name) -%}
    {%- do return(published_schema(candidate.schema) ~ '.' ~ candidate.identifier) -%}
{%- endmacro %}
