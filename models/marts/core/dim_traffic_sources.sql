{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('agg_channels_daily')], contents=[ref('traffic_sources')]) %}

{{ overwrites(none, rebuild) }}

with

known as (
    select
        traffic_source,
        channel_group,
        is_paid,
        is_direct
    from {{ ref('traffic_sources') }}
),

channels as (
    select traffic_source
    from {{ ref('agg_channels_daily') }}
),

-- what the logs name and nobody has described yet is there too, so that every fact has a member
seen as (
    select distinct channels.traffic_source
    from channels
    left anti join known
        on channels.traffic_source = known.traffic_source
),

final as (
    select
        traffic_source,
        channel_group,
        is_paid,
        is_direct
    from known

    union all

    select
        traffic_source,
        'Other' as channel_group,
        false as is_paid,
        false as is_direct
    from seen
)

select * from final
