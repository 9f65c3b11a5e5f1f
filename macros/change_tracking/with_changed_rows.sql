{#-
    A plan over dates, widened by those dates whose result changes because rows of a small table
    changed that has no dates of its own, such as the versions of products.

    Args:
        plan: over dates.
        relation: the small table; an incremental table of this project.
        touched: SQL that selects one date column, `touched_date`. It reads the rows of the table from
            `now` and those that were absorbed from `absorbed`; it is run only when they may differ.
-#}
{% macro with_changed_rows(plan, relation, touched) %}
    {% if not execute or model.resource_type != 'model' %}
        {% do return(plan) %}
    {% endif %}
    {% set name = relation.schema ~ '.' ~ relation.identifier %}
    {% set before = absorbed_snapshots(this).get(name) if not plan.everything else none %}
    {% set state = snapshot_state(relation, before) %}
    {% do plan.absorbed.update({name: state.current}) %}
    {% if plan.everything or before == state.current %}
        {% do return(plan) %}
    {% endif %}
    {% if before is none or not state.is_before_kept %}
        {# What was absorbed can no longer be compared with: start over. #}
        {% do return({'everything': true, 'values': [], 'absorbed': plan.absorbed}) %}
    {% endif %}
    {% set query %}
        with

        now as (select * from {{ relation }}),

        absorbed as (select * from {{ relation }} version as of {{ before }}),

        touched as ({{ touched }})

        select distinct {{ sql_literal_of('touched_date') }} from touched
    {% endset %}
    {% set values = plan['values'] | list %}
    {% for row in run_query(query) if row[0] and row[0] not in values %}
        {% do values.append(row[0]) %}
    {% endfor %}
    {% do return({'everything': false, 'values': values, 'absorbed': plan.absorbed}) %}
{% endmacro %}
