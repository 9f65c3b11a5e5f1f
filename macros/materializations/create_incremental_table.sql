{#-
    Replaces a whole table in one commit.
-#}
{% macro create_incremental_table(relation, compiled_sql) %}
    {% do assert_query_is_as_declared(compiled_sql) %}
    {% set properties = [] %}
    {% for name, value in config.get('tblproperties').items() %}
        {% do properties.append("'" ~ name ~ "' = '" ~ value ~ "'") %}
    {% endfor %}
    create or replace table {{ relation }}
    {{ file_format_clause() }}
    tblproperties ({{ properties | join(', ') }})
    {{ partition_cols(label='partitioned by') }}
    {{ comment_clause() }}
    as
    {{ compiled_sql }}
{% endmacro %}
