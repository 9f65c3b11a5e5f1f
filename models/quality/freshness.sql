{{ config(materialized='incremental') }}

{% set version_streams = ['users', 'products'] %}
{% set rebuild = rebuild_if_changed(
    [ref('as_of_dates'), ref('fact_lines_by_file')]
    + staging_relations('users') + staging_relations('products'),
    contents=[ref('stg_landing__files')]
) %}

{{ overwrites(none, rebuild) }}

with

files as (
    select
        file_id,
        source_system,
        table_name,
        landed_date,
        landed_at
    from {{ ref('stg_landing__files') }}
    where
        is_live
        and source_system in ('{{ source_systems().keys() | join("', '") }}')
),

as_of_dates as (
    select
        source_system,
        as_of_date
    from {{ ref('as_of_dates') }}
),

fact_dates as (
    select
        file_id,
        fact_date
    from {{ ref('fact_lines_by_file') }}
),

version_dates as (
    {% for stream in version_streams %}
    {% for model_name in staging_models(stream) %}
    select
        file_id,
        to_date(updated_at) as fact_date
    from {{ ref(model_name) }}
    where quarantine_reason is null
    union all
    {% endfor %}
    {% endfor %}
    select
        cast(null as string) as file_id,
        cast(null as date) as fact_date
    where false
),

told_dates as (
    select
        file_id,
        fact_date
    from fact_dates

    union all

    select
        file_id,
        fact_date
    from version_dates
),

-- what a wrong clock dates after the as-of date must not hide that nothing came since
last_told as (
    select
        files.file_id,
        max(told_dates.fact_date) as last_fact_date
    from told_dates
    inner join files
        on told_dates.file_id = files.file_id
    inner join as_of_dates
        on files.source_system = as_of_dates.source_system
    where told_dates.fact_date <= as_of_dates.as_of_date
    group by files.file_id
),

tables as (
    select
        files.source_system,
        files.table_name,
        as_of_dates.as_of_date,
        count(*) as file_count,
        max(files.landed_date) as last_landed_date,
        max(files.landed_at) as last_landed_at,
        max(last_told.last_fact_date) as last_fact_date
    from files
    inner join as_of_dates
        on files.source_system = as_of_dates.source_system
    left join last_told
        on files.file_id = last_told.file_id
    where files.landed_date <= as_of_dates.as_of_date
    group by files.source_system, files.table_name, as_of_dates.as_of_date
),

final as (
    select
        source_system,
        table_name,
        as_of_date,
        file_count,
        last_landed_date,
        last_landed_at,
        last_fact_date,
        cast(datediff(as_of_date, last_landed_date) as bigint) as landing_lag_days,
        cast(datediff(as_of_date, last_fact_date) as bigint) as fact_lag_days
    from tables
)

select * from final
