{#-
    The contract of a model, checked before it is built: Spark says which columns its query has. It
    only analyses the query for that; dbt's own check runs it twice, without rows, which takes as
    long as building a small table.
-#}
{% macro assert_query_is_as_declared(sql) %}
    {% set columns = [] %}
    {% for column in run_query('describe query ' ~ sql) %}
        {% do columns.append(column[0] ~ ' ' ~ column[1]) %}
    {% endfor %}
    {% do assert_declared_types(columns, 'The query of ' ~ model.name, 'correct the query or the declaration') %}
{% endmacro %}
