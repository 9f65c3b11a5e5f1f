{#- The nodes of the marts, tables before the views that read them. -#}
{% macro published_models() %}
    {% set tables = [] %}
    {% set views = [] %}
    {% for node in graph.nodes.values() | sort(attribute='name') %}
        {% if node.resource_type == 'model' and node.schema.endswith('marts_candidate') %}
            {% do (views if node.config.materialized == 'view' else tables).append(node) %}
        {% endif %}
    {% endfor %}
    {% do return(tables + views) %}
{% endmacro %}
