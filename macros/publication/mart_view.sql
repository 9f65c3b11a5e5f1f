{#-
    The statement that makes the view of a mart that readers see, with its descriptions.

    Args:
        definition: from mart_definition.
        version: of the table behind it, a snapshot id or a tag.
-#}
{% macro mart_view(mart, definition, version) %}
    {% do return(
        'create or replace view ' ~ published_schema(mart.schema) ~ '.' ~ mart.name
        ~ ' (' ~ commented_columns(mart) ~ ') comment ' ~ sql_text(mart.description | trim) ~ ' as ' ~ definition
        ~ ('' if mart.config.materialized == 'view' else ' version as of ' ~ version)
    ) %}
{% endmacro %}
