{#-
    What a plan has to do about one more table, whose rows can be compared with those that were
    absorbed of it. The plan will have absorbed its current snapshot.

    Args:
        plan: from plan_incremental, or widened since.
        relation: an incremental table of this project.

    Returns:
        plan: the given one; one of everything where the absorbed snapshot is not known or not kept.
        before: id of the absorbed snapshot to compare with; none where there is nothing to compare.
-#}
{% macro compared_with_absorbed(plan, relation) %}
    {% set name = relation.schema ~ '.' ~ relation.identifier %}
    {% set before = plan.remembered.get(name) if not plan.everything else none %}
    {% set state = snapshot_state(relation, before) %}
    {% do plan.absorbed.update({name: state.current}) %}
    {% if plan.everything or before == state.current %}
        {% do return({'plan': plan, 'before': none}) %}
    {% elif before is none or not state.is_before_kept %}
        {# What was absorbed can no longer be compared with: start over. #}
        {% do return({'plan': dict(plan, everything=true), 'before': none}) %}
    {% endif %}
    {% do return({'plan': plan, 'before': before}) %}
{% endmacro %}
