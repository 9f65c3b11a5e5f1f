{#-
    Written at the head of an incremental model: which rows of its table the query below replaces.

    Args:
        column: the column of this table that the plan's values belong to.
        plan: from plan_staged_files or plan_incremental.
-#}
{% macro replaces(column, plan) -%}
    /* incremental plan {{ {'replace_where': is_planned(column, plan), 'absorbed': plan.absorbed} | tojson }} */
{%- endmacro %}
