{% set version_streams = ['users', 'products'] %}
with

files as (
    select
        file_id,
        source_system,
        table_name,
        file_name,
        landed_date,
        landed_at,
        line_count
    from {{ ref('stg_landing__files') }}
    where
        is_live
        and source_system in ('{{ source_systems().keys() | join("', '") }}')
),

fact_lines as (
    select
        file_id,
        sum(fact_count) as fact_count,
        sum(duplicate_count) as duplicate_count,
        sum(superseded_count) as superseded_count
    from {{ ref('fact_lines_by_file') }}
    group by file_id
),

quarantined_lines as (
    select
        file_id,
        sum(line_count) as quarantined_count
    from {{ ref('quarantined_lines') }}
    group by file_id
),

-- users and products are kept as the versions that were landed: each is a fact of its own, an equal
-- one in the same file a duplicate
versions as (
    {% for stream in version_streams %}
    {% for model_name in staging_models(stream) %}
    select
        file_id,
        count(distinct {{ stream | trim('s') }}_id, updated_at) as fact_count,
        count(*) - count(distinct {{ stream | trim('s') }}_id, updated_at) as duplicate_count
    from {{ ref(model_name) }}
    where quarantine_reason is null
    group by file_id
    union all
    {% endfor %}
    {% endfor %}
    select
        cast(null as string) as file_id,
        cast(0 as bigint) as fact_count,
        cast(0 as bigint) as duplicate_count
    where false
),

counted as (
    select
        files.source_system,
        files.table_name,
        files.file_name,
        files.file_id,
        files.landed_date,
        files.landed_at,
        files.line_count,
        coalesce(fact_lines.fact_count, versions.fact_count, 0) as fact_count,
        coalesce(fact_lines.duplicate_count, versions.duplicate_count, 0)
        + coalesce(fact_lines.superseded_count, 0) as duplicate_count,
        coalesce(fact_lines.superseded_count, 0) as superseded_count,
        coalesce(quarantined_lines.quarantined_count, 0) as quarantined_count
    from files
    left join fact_lines
        on files.file_id = fact_lines.file_id
    left join versions
        on files.file_id = versions.file_id
    left join quarantined_lines
        on files.file_id = quarantined_lines.file_id
),

final as (
    select
        source_system,
        table_name,
        file_name,
        file_id,
        landed_date,
        landed_at,
        line_count,
        fact_count,
        duplicate_count,
        superseded_count,
        quarantined_count,
        line_count = fact_count + duplicate_count + quarantined_count as is_reconciled
    from counted
)

select * from final
