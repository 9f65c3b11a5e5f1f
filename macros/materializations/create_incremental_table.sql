{#-
    Replaces a whole table in one commit, which also keeps what it has absorbed of its upstream
    tables.

    Args:
        absorbed: {upstream: snapshot id}, from the plan.
-#}
{% macro create_incremental_table(relation, compiled_sql, absorbed) %}
    {% do assert_query_is_as_declared(compiled_sql) %}
    {% set properties = [] %}
    {% for name, value in config.get('tblproperties').items() %}
        {% do properties.append("'" ~ name ~ "' = '" ~ value ~ "'") %}
    {% endfor %}
    {% for upstream, snapshot_id in absorbed.items() %}
        {% do properties.append("'absorbed." ~ upstream ~ "' = '" ~ snapshot_id ~ "'") %}
    {% endfor %}
    create or replace table {{ relation }}
    {{ file_format_clause() }}
    tblproperties ({{ properties | join(', ') }})
    {{ partition_cols(label='partitioned by') }}
    {{ comment_clause() }}
    as
    {{ compiled_sql }}
{% endmacro %}
