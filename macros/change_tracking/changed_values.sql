{#-
    The values of a column in the partitions of an upstream table that changed since a snapshot, as
    a list of SQL literals. A partition changed when its last update is another snapshot than it was,
    when it is new, or when it is gone.

    Args:
        upstream: {relation, partition, column, rows}, see partitions_to_rebuild.
        before: id of the consumed snapshot; none: every partition counts as changed.
-#}
{% macro changed_values(upstream, before) %}
    {% set partitions = [] %}
    {% set query %}
        with

        partitions as (
            select
                {{ sql_literal_of('partition.' ~ upstream.partition) }} as changed_partition,
                true as is_now,
                last_updated_snapshot_id as updated_by
            from {{ upstream.relation }}.partitions
            union all
            select
                {{ sql_literal_of('partition.' ~ upstream.partition) }} as changed_partition,
                false as is_now,
                last_updated_snapshot_id as updated_by
            from {{ upstream.relation }}.partitions
            {% if before is none %} where false {% else %} version as of {{ before }} {% endif %}
        )

        -- Iceberg no longer says which snapshot updated a partition once that snapshot has expired
        select changed_partition
        from partitions
        group by changed_partition
        having
            min(is_now) = max(is_now)
            or not max(if(is_now, updated_by, null)) <=> max(if(is_now, null, updated_by))
    {% endset %}
    {% for row in run_query(query) if row[0] %}
        {% do partitions.append(row[0]) %}
    {% endfor %}
    {% if not partitions or upstream.column == upstream.partition %}
        {% do return(partitions) %}
    {% endif %}

    {% set is_changed = upstream.partition ~ ' in (' ~ partitions | join(', ') ~ ')' %}
    {% if upstream.rows %}
        {% set is_changed = is_changed ~ ' and ' ~ upstream.rows %}
    {% endif %}
    {% set selected = 'select distinct ' ~ sql_literal_of(upstream.column) ~ ' from ' ~ upstream.relation %}
    {% set query = selected ~ ' where ' ~ is_changed %}
    {% if before is not none %}
        {% set query = query ~ ' union ' ~ selected ~ ' version as of ' ~ before ~ ' where ' ~ is_changed %}
    {% endif %}
    {% set values = [] %}
    {% for row in run_query(query) if row[0] %}
        {% do values.append(row[0]) %}
    {% endfor %}
    {% do return(values) %}
{% endmacro %}
