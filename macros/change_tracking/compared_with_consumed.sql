{#-
    Adds one more upstream table to what is rebuilt: its rows can be compared with those that were
    consumed. The model will have consumed its current snapshot.

    Args:
        rebuild: from partitions_to_rebuild, or widened since.
        relation: an incremental table of this project.

    Returns:
        rebuild: the given one; one of everything where the consumed snapshot is not known or not kept.
        before: id of the consumed snapshot to compare with; none where there is nothing to compare.
-#}
{% macro compared_with_consumed(rebuild, relation) %}
    {% set name = relation.schema ~ '.' ~ relation.identifier %}
    {% set before = rebuild.remembered.get(name) if not rebuild.everything else none %}
    {% set state = snapshot_state(relation, before) %}
    {% do rebuild.consumed.update({name: state.current}) %}
    {% if rebuild.everything or before == state.current %}
        {% do return({'rebuild': rebuild, 'before': none}) %}
    {% elif before is none or not state.is_before_kept %}
        {# The consumed snapshot can no longer be compared with: start over. #}
        {% do return({'rebuild': dict(rebuild, everything=true), 'before': none}) %}
    {% endif %}
    {% do return({'rebuild': rebuild, 'before': before}) %}
{% endmacro %}
