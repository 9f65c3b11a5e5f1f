{#-
    How a table compares with a snapshot of it that was consumed.

    Args:
        relation: an Iceberg table.
        before: id of the consumed snapshot, as text; none: nothing was consumed.

    Returns:
        current: the id of the table's current snapshot, as text; empty without one.
        is_before_kept: whether the consumed snapshot can still be read.
-#}
{% macro snapshot_state(relation, before) %}
    {% set current = table_properties(relation).get('current-snapshot-id', 'none') | replace('none', '') %}
    {% set is_before_kept = before and before == current %}
    {% if before and not is_before_kept %}
        {% set kept = run_query('select count(*) from ' ~ relation ~ '.snapshots where snapshot_id = ' ~ before) %}
        {% set is_before_kept = kept[0][0] > 0 %}
    {% endif %}
    {% do return({'current': current, 'is_before_kept': is_before_kept}) %}
{% endmacro %}
