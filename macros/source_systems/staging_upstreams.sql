{#-
    The staging models of the enabled source systems, as upstreams for partitions_to_rebuild: what changes
    in them is files.

    Args:
        column: the column whose values in the changed files are to be rebuilt.
        stream: events, order_lines, …; none: all of them.
-#}
{% macro staging_upstreams(column, stream=none) %}
    {% set upstreams = [] %}
    {#- A unit test is given rows, not tables; a new source system must not change it. -#}
    {% if model is not defined or model.resource_type != 'unit_test' %}
        {% for model_name in staging_models(stream) %}
            {% do upstreams.append({'relation': ref(model_name), 'partition': 'file_id', 'column': column}) %}
        {% endfor %}
    {% endif %}
    {% do return(upstreams) %}
{% endmacro %}
