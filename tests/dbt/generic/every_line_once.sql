{#-
    Fails on each staged file of which more or fewer lines are there than were landed. Of a file that
    is not staged at all, `file_reconciliation` misses the lines.
-#}
{% test every_line_once(model) %}
    with

    -- from the table's metadata: a landed file is a partition
    staged as (
        select
            partition.file_id as file_id,
            record_count as line_count
        from {{ model }}.partitions
    ),

    landed as (
        select
            file_id,
            line_count
        from {{ ref('stg_landing__files') }}
    )

    select
        staged.file_id,
        staged.line_count as staged_count,
        landed.line_count as landed_count
    from staged
    left join landed
        on staged.file_id = landed.file_id
    where not staged.line_count <=> landed.line_count
{% endtest %}
