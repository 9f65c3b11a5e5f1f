{#- The table that remembers every published batch, one row per batch and mart; made where missing. -#}
{% macro publication_log() %}
    {% if not execute %}
        {% do return('publication_log') %}
    {% endif %}
    {% set schema = generate_schema_name('quality', none) %}
    {% set log = schema ~ '.publication_log' %}
    {% do run_query('create schema if not exists ' ~ schema) %}
    {% do run_query(
        'create table if not exists ' ~ log ~ ' (publication_id string, published_at timestamp, mart string, '
        ~ "snapshot_id string, definition string) using iceberg comment 'One row per published batch and mart.'"
    ) %}
    {% do return(log) %}
{% endmacro %}
