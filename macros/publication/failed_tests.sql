{#-
    The table of the data tests that failed when they last ran, one row each, by their unique ids;
    made where missing.
-#}
{% macro failed_tests() %}
    {% set schema = generate_schema_name('quality', none) %}
    {% set failed = schema ~ '.failed_tests' %}
    {% do run_query('create schema if not exists ' ~ schema) %}
    {% do run_query(
        'create table if not exists ' ~ failed ~ ' (test string) using iceberg '
        ~ "comment 'One row per data test that failed when it last ran.'"
    ) %}
    {% do return(failed) %}
{% endmacro %}
