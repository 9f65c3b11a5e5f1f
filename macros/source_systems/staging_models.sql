{#-
    The names of the staging models of the enabled source systems.

    Args:
        stream: events, order_lines, …; none: all of them.
-#}
{% macro staging_models(stream=none) %}
    {% set names = [] %}
    {% for source_system, streams in source_systems().items() %}
        {% for offered in streams if stream is none or offered == stream %}
            {% do names.append('stg_' ~ source_system ~ '__' ~ offered) %}
        {% endfor %}
    {% endfor %}
    {% do return(names) %}
{% endmacro %}
