{#-
    Keeps in a table's properties which snapshot of each upstream table it has absorbed.

    Args:
        plan: with `absorbed`, and `remembered`, what the properties say by now.
-#}
{% macro remember_absorbed_snapshots(relation, plan) %}
    {% set properties = [] %}
    {% for upstream, snapshot_id in plan.absorbed.items() if plan.remembered.get(upstream) != snapshot_id %}
        {% do properties.append("'absorbed." ~ upstream ~ "' = '" ~ snapshot_id ~ "'") %}
    {% endfor %}
    {% if properties %}
        {% do run_query('alter table ' ~ relation ~ ' set tblproperties (' ~ properties | join(', ') ~ ')') %}
    {% endif %}
{% endmacro %}
