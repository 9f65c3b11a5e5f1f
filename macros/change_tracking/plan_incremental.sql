{#-
    What an incremental model has to do: the values of its partition column that are touched by
    what changed in its upstream tables since the snapshots it has absorbed, and everything when a
    variable changed. Never looks at a clock: a failed, skipped or repeated run catches up by itself.

    Args:
        upstreams: a list of
            relation: an incremental table of this project.
            partition: the column it is partitioned by; its changed partitions are what changed.
            column: its column whose values in the changed partitions are the touched ones; for
                rows that vanished they are read from the absorbed snapshot.
            rows: a condition on the rows that matter, where not all of them do.

    Returns:
        everything: whether the whole table is replaced.
        values: the touched values, as SQL literals.
        absorbed: {upstream: snapshot id, 'variables': their values}, what the table will have
            absorbed afterwards.
        remembered: the same, what it has absorbed until now.
-#}
{% macro plan_incremental(upstreams) %}
    {% set plan = {'everything': true, 'values': [], 'absorbed': {}, 'remembered': {}} %}
    {% if execute and model.resource_type == 'model' %}
        {% set is_incremental_run = is_incremental() %}
        {% do plan.absorbed.update({'variables': values_of_variables()}) %}
        {% if is_incremental_run %}
            {% set remembered = absorbed_snapshots(this) %}
            {% set is_changed = has_changed_variable(remembered.get('variables', ''), plan.absorbed.variables) %}
            {% do plan.update({'everything': is_changed or not remembered, 'remembered': remembered}) %}
        {% endif %}
        {% for upstream in upstreams %}
            {% set name = upstream.relation.schema ~ '.' ~ upstream.relation.identifier %}
            {% set before = plan.remembered.get(name) %}
            {% set state = snapshot_state(upstream.relation, before) %}
            {% do plan.absorbed.update({name: state.current}) %}
            {% if is_incremental_run and before is not none and not state.is_before_kept %}
                {# What was absorbed can no longer be compared with: start over. #}
                {% do plan.update({'everything': true}) %}
            {% elif not plan.everything and before != state.current %}
                {% for value in changed_values(upstream, before) if value not in plan['values'] %}
                    {% do plan['values'].append(value) %}
                {% endfor %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do return(plan) %}
{% endmacro %}
