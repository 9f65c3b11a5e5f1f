{#-
    Drops the views that readers were shown of marts that only feed others, as they are by now, and
    says so. Whatever else is in the schema stays.

    Args:
        readers: the schema in which readers find the marts.
        shown: the names of the views there.
-#}
{% macro hide_supporting(readers, shown) %}
    {% set hidden = [] %}
    {% for node in graph.nodes.values() | sort(attribute='name') if node.resource_type == 'model' %}
        {% if is_supporting(node) and node.name in shown and published_schema(node.schema) == readers %}
            {% do run_query('drop view ' ~ readers ~ '.' ~ node.name) %}
            {% do hidden.append(node.name) %}
        {% endif %}
    {% endfor %}
    {% if hidden %}
        {% do print('No longer shown, for they only feed other marts: ' ~ hidden | join(', ')) %}
    {% endif %}
    {% do return('') %}
{% endmacro %}
