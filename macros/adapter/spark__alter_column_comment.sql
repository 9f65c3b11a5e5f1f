{#- All column comments of a table in one statement; dbt-spark sends one per column. -#}
{% macro spark__alter_column_comment(relation, column_dict) %}
    {% set comments = [] %}
    {% for column in column_dict.values() if column.description %}
        {% do comments.append(adapter.quote(column.name) ~ ' comment ' ~ sql_text(column.description)) %}
    {% endfor %}
    {% if comments and config.get('materialized') in ['table', 'incremental', 'seed'] %}
        {% do run_query('alter table ' ~ relation ~ ' alter column ' ~ comments | join(', ')) %}
    {% endif %}
{% endmacro %}
