{#-
    The statement that makes the view of a mart that readers see, with its descriptions.

    Args:
        query: from mart_definition, with the versions it reads.
-#}
{% macro mart_view(mart, query) %}
    {% do return(
        'create or replace view ' ~ published_schema(mart.schema) ~ '.' ~ mart.name
        ~ ' (' ~ commented_columns(mart) ~ ') comment ' ~ sql_text(mart.description | trim) ~ ' as ' ~ query
    ) %}
{% endmacro %}
