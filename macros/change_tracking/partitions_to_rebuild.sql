{#-
    What an incremental model has to rebuild: the values of its partition column that belong to the
    partitions of its upstream tables that changed since the snapshots it has consumed, and everything
    when a variable changed. Never looks at a clock: a failed, skipped or repeated run catches up by itself.

    Args:
        upstreams: a list of
            relation: an incremental table of this project.
            partition: the column it is partitioned by; its changed partitions are what changed.
            column: its column whose values in the changed partitions are to be rebuilt; for rows
                that vanished they are read from the consumed snapshot.
            rows: a condition on the rows that matter, where not all of them do.

    Returns:
        everything: whether the whole table is replaced.
        values: the values to rebuild, as SQL literals.
        consumed: {upstream: snapshot id, 'variables': their values}, what the table will have
            consumed afterwards.
        remembered: the same, what it has consumed until now.
-#}
{% macro partitions_to_rebuild(upstreams) %}
    {% set rebuild = {'everything': true, 'values': [], 'consumed': {}, 'remembered': {}} %}
    {% if execute and model.resource_type == 'model' %}
        {% set is_incremental_run = is_incremental() %}
        {% do rebuild.consumed.update({'variables': values_of_variables()}) %}
        {% if is_incremental_run %}
            {% set remembered = consumed_snapshots(this) %}
            {% set is_changed = has_changed_variable(remembered.get('variables', ''), rebuild.consumed.variables) %}
            {% do rebuild.update({'everything': is_changed or not remembered, 'remembered': remembered}) %}
        {% endif %}
        {% for upstream in upstreams %}
            {% set name = upstream.relation.schema ~ '.' ~ upstream.relation.identifier %}
            {% set before = rebuild.remembered.get(name) %}
            {% set state = snapshot_state(upstream.relation, before) %}
            {% do rebuild.consumed.update({name: state.current}) %}
            {% if is_incremental_run and before is not none and not state.is_before_kept %}
                {# The consumed snapshot can no longer be compared with: start over. #}
                {% do rebuild.update({'everything': true}) %}
            {% elif not rebuild.everything and before != state.current %}
                {% for value in changed_values(upstream, before) if value not in rebuild['values'] %}
                    {% do rebuild['values'].append(value) %}
                {% endfor %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do return(rebuild) %}
{% endmacro %}
