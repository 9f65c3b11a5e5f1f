{#- The marts of the last published batch: {mart: {snapshot_id, definition}}. -#}
{% macro published_batch(log) %}
    {% set batch = {} %}
    {% set query %}
        select
            mart,
            concat('#', snapshot_id) as snapshot_id,
            concat('#', definition) as definition
        from {{ log }}
        where publication_id = (select max(publication_id) from {{ log }})
    {% endset %}
    {% for row in run_query(query) %}
        {# Marked as texts: what looks like a number would be read as one, and rounded. #}
        {% do batch.update({row[0]: {'snapshot_id': (row[1] or '#')[1:], 'definition': row[2][1:]}}) %}
    {% endfor %}
    {% do return(batch) %}
{% endmacro %}
