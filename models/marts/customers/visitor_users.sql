{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('agg_visitors_daily')]) %}

{{ overwrites(none, rebuild) }}

with

visitor_days as (
    select
        source_system,
        visitor_id,
        user_id,
        last_event_at
    from {{ ref('agg_visitors_daily') }}
    where user_id != ''
),

-- several people may use one device: what is anonymous on it is the last one's
final as (
    select
        source_system,
        visitor_id,
        max_by(user_id, struct(last_event_at, user_id)) as user_id
    from visitor_days
    group by source_system, visitor_id
)

select * from final
