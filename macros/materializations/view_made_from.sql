{#-
    A text that changes with the query and descriptions of the view, and with the columns of the
    models it reads: a view keeps the types that these had when it was made.
-#}
{% macro view_made_from(compiled_sql) %}
    {% set described = [compiled_sql, model.description] %}
    {% for column in model.columns.values() %}
        {% do described.append([column.name, column.data_type, column.description] | join(' ')) %}
    {% endfor %}
    {% for upstream in model.depends_on.nodes if upstream in graph.nodes %}
        {% for column in graph.nodes[upstream].columns.values() %}
            {% do described.append([upstream, column.name, column.data_type] | join(' ')) %}
        {% endfor %}
    {% endfor %}
    {% do return(local_md5(described | join('\n'))) %}
{% endmacro %}
