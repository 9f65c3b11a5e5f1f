{#-
    A small table in the schema of quality that macros keep by themselves; made where missing.

    Args:
        name: of the table.
        columns: with their types, as SQL.
        comment: what a row is.
-#}
{% macro log_table(name, columns, comment) %}
    {% if not execute %}
        {% do return(name) %}
    {% endif %}
    {% set schema = generate_schema_name('quality', none) %}
    {% set table = schema ~ '.' ~ name %}
    {% do run_query('create schema if not exists ' ~ schema) %}
    {% do run_query(
        'create table if not exists ' ~ table ~ ' (' ~ columns ~ ") using iceberg comment '" ~ comment ~ "'"
    ) %}
    {% do return(table) %}
{% endmacro %}
