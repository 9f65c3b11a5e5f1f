{#- The table that remembers every published batch, one row per batch and mart. -#}
{% macro publication_log() %}
    {% do return(log_table(
        'publication_log',
        'publication_id string, published_at timestamp, mart string, snapshot_id string, definition string',
        'One row per published batch and mart.'
    )) %}
{% endmacro %}
