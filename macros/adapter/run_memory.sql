{#-
    What macros keep for each other until the end of a dbt command, as a dict that they may change.
    dbt gives every node the same `graph`; each command has an invocation id of its own.

    Args:
        name: of the dict, which begins empty.
-#}
{% macro run_memory(name) %}
    {% do return(graph.setdefault(invocation_id, {}).setdefault(name, {})) %}
{% endmacro %}
