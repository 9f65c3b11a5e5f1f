{{ config(
    materialized='incremental',
    partition_by=['landed_date'],
) }}

{% set upstreams = staging_upstreams('landed_date', stream='events')
    + staging_upstreams('landed_date', stream='order_lines') %}
{# No lookback: the dates under which changed files were landed are rebuilt. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('landed_date', rebuild) }}

with

events as (
    {% for model_name in staging_models('events') %}
    select
        source_system,
        'events' as stream_name,
        landed_date,
        event_date as told_date
    from {{ ref(model_name) }}
    where
        quarantine_reason is null
        and {{ in_partitions('landed_date', rebuild) }}
    union all
    {% endfor %}
    -- no rows, but the columns, also where no enabled source system offers this stream
    select
        cast(null as string) as source_system,
        cast(null as string) as stream_name,
        cast(null as date) as landed_date,
        cast(null as date) as told_date
    where false
),

-- an order line is landed again with each status: what is late is the line that says so
order_lines as (
    {% for model_name in staging_models('order_lines') %}
    select
        source_system,
        'order_lines' as stream_name,
        landed_date,
        to_date(updated_at) as told_date
    from {{ ref(model_name) }}
    where
        quarantine_reason is null
        and {{ in_partitions('landed_date', rebuild) }}
    union all
    {% endfor %}
    select
        cast(null as string) as source_system,
        cast(null as string) as stream_name,
        cast(null as date) as landed_date,
        cast(null as date) as told_date
    where false
),

lines as (
    select
        source_system,
        stream_name,
        landed_date,
        told_date
    from events

    union all

    select
        source_system,
        stream_name,
        landed_date,
        told_date
    from order_lines
),

final as (
    select
        source_system,
        stream_name,
        landed_date,
        cast(datediff(landed_date, told_date) as bigint) as late_days,
        count(*) as line_count
    from lines
    group by source_system, stream_name, landed_date, datediff(landed_date, told_date)
)

select * from final
