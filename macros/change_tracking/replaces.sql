{#-
    Written at the head of an incremental model: which rows of its table the query below replaces.

    Args:
        column: the column of this table that the plan's values belong to; none for a plan_whole.
        plan: from plan_staged_files, plan_incremental or plan_whole.
-#}
{% macro replaces(column, plan) -%}
    {%- set written = {
        'replace_where': is_planned(column, plan), 'absorbed': plan.absorbed, 'remembered': plan.remembered,
    } -%}
    /* incremental plan {{ written | tojson }} */
{%- endmacro %}
