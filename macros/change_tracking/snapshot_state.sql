{#-
    Where a table stands against a snapshot that was absorbed of it.

    Args:
        relation: an Iceberg table.
        before: id of the absorbed snapshot, as text; none: nothing was absorbed.

    Returns:
        current: the id of the table's current snapshot, as text; empty without one.
        is_before_kept: whether the absorbed snapshot can still be read.
-#}
{% macro snapshot_state(relation, before) %}
    {# The property is read from the metadata, without a job. #}
    {% set state = namespace(current='', is_before_kept=false) %}
    {% for property in run_query('show tblproperties ' ~ relation) %}
        {% if property[0] == 'current-snapshot-id' and property[1] != 'none' %}
            {% set state.current = property[1] | string %}
        {% endif %}
    {% endfor %}
    {% if before and before == state.current %}
        {% set state.is_before_kept = true %}
    {% elif before %}
        {% set kept = run_query('select count(*) from ' ~ relation ~ '.snapshots where snapshot_id = ' ~ before) %}
        {% set state.is_before_kept = kept[0][0] > 0 %}
    {% endif %}
    {% do return({'current': state.current, 'is_before_kept': state.is_before_kept}) %}
{% endmacro %}
