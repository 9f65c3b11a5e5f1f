{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed(
    [ref('fact_lines_by_file')] + staging_relations('users') + staging_relations('products'),
    contents=[ref('stg_landing__files')]
) %}

{{ overwrites(none, rebuild) }}

with

files as (
    select
        source_system,
        table_name,
        landed_date,
        line_count,
        duplicate_count,
        superseded_count
    from {{ ref('file_reconciliation') }}
),

file_days as (
    select
        source_system,
        table_name,
        landed_date,
        count(*) as file_count,
        sum(line_count) as line_count,
        -- an older status of an order line is no repeat of it
        sum(duplicate_count) - sum(superseded_count) as duplicate_count,
        sum(superseded_count) as superseded_count
    from files
    group by source_system, table_name, landed_date
),

final as (
    select
        source_system,
        table_name,
        landed_date,
        file_count,
        line_count,
        duplicate_count,
        superseded_count,
        cast(duplicate_count as double) / nullif(line_count, 0) as duplicate_rate
    from file_days
)

select * from final
