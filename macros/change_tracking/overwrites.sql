{#-
    Written at the head of an incremental model: which rows of its table the query below overwrites.

    Args:
        column: the column of this table that the values to rebuild belong to; none after
            rebuild_if_changed.
        rebuild: from files_to_stage, partitions_to_rebuild or rebuild_if_changed.
-#}
{% macro overwrites(column, rebuild) -%}
    {%- set written = {
        'replace_where': in_partitions(column, rebuild), 'consumed': rebuild.consumed, 'remembered': rebuild.remembered,
    } -%}
    /* overwrites {{ written | tojson }} */
{%- endmacro %}
