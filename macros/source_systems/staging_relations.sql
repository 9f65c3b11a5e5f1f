{#-
    The staging tables of the enabled source systems, as tables for rebuild_if_changed.

    Args:
        stream: events, order_lines, users or products.
-#}
{% macro staging_relations(stream) %}
    {% set relations = [] %}
    {#- A unit test is given rows, not tables; a new source system must not change it. -#}
    {% if model is not defined or model.resource_type != 'unit_test' %}
        {% for model_name in staging_models(stream) %}
            {% do relations.append(ref(model_name)) %}
        {% endfor %}
    {% endif %}
    {% do return(relations) %}
{% endmacro %}
