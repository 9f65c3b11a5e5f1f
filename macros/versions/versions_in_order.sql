{#-
    The versions of users or products in order: each with its number, counted from 1, and with the
    time of the next one. A version is known by the time of its update; of lines that state the same
    one the first landed counts.

    Args:
        landed_versions: the rows, with source_system, the key, updated_at, landed_at and file_id.
        key: user_id or product_id.
        attributes: the other columns, which decide between lines of one file.
-#}
{% macro versions_in_order(landed_versions, key, attributes) %}
    select
        *,
        cast(row_number() over (partition by source_system, {{ key }} order by updated_at) as int) as version_number,
        lead(updated_at) over (partition by source_system, {{ key }} order by updated_at) as next_updated_at
    from (
        select
            *,
            row_number() over (
                partition by source_system, {{ key }}, updated_at
                order by landed_at, file_id, to_json(struct({{ attributes | join(', ') }}))
            ) as landing_rank
        from {{ landed_versions }}
    )
    where landing_rank = 1
{% endmacro %}
