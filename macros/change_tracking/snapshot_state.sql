{#-
    Returns:
        current: the id of a table's current snapshot, as text.
        is_before_kept: whether the snapshot with the id `before` can still be read.
-#}
{% macro snapshot_state(relation, before) %}
    {% set state = run_query(
        "select concat('#', max(case when made_current_at = latest_at then snapshot_id end)), "
        ~ "max(snapshot_id = " ~ (before or 0) ~ ") from ("
        ~ "select snapshot_id, made_current_at, max(made_current_at) over () as latest_at from "
        ~ relation ~ ".history)"
    )[0] %}
    {% do return({'current': (state[0] or '#0')[1:], 'is_before_kept': state[1]}) %}
{% endmacro %}
