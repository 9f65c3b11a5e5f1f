{#-
    The nodes of the marts, tables before the views that read them. Of those that only feed others the
    tables are among them, for a view that readers see may read one; a view of these is nobody's.
-#}
{% macro published_models() %}
    {% set tables = [] %}
    {% set views = [] %}
    {% for node in graph.nodes.values() | sort(attribute='name') %}
        {% if node.resource_type == 'model' and node.schema.endswith('marts_candidate') %}
            {% if node.config.materialized != 'view' %}
                {% do tables.append(node) %}
            {% elif not is_supporting(node) %}
                {% do views.append(node) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {% do return(tables + views) %}
{% endmacro %}
