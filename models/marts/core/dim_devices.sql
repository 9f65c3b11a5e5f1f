{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('agg_channels_daily')], contents=[ref('devices')]) %}

{{ overwrites(none, rebuild) }}

with

known as (
    select
        device_type,
        device_group,
        is_handheld
    from {{ ref('devices') }}
),

channels as (
    select device_type
    from {{ ref('agg_channels_daily') }}
),

-- what the logs name and nobody has described yet is there too, so that every fact has a member
seen as (
    select distinct channels.device_type
    from channels
    left anti join known
        on channels.device_type = known.device_type
),

final as (
    select
        device_type,
        device_group,
        is_handheld
    from known

    union all

    select
        device_type,
        'Other' as device_group,
        false as is_handheld
    from seen
)

select * from final
