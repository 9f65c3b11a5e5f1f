-- Which channels had events on fewer dates than the shop as a whole: new ones, dying ones, or a broken
-- tag?
with

channels as (
    select
        source_system,
        traffic_source,
        device_type,
        count(*) as date_count,
        min(event_date) as first_date,
        max(event_date) as last_date,
        sum(event_count) as event_count
    from {{ mart('agg_channels_daily') }}
    group by source_system, traffic_source, device_type
),

shops as (
    select
        source_system,
        count(distinct event_date) as date_count
    from {{ mart('agg_channels_daily') }}
    group by source_system
)

select
    channels.source_system,
    channels.traffic_source,
    channels.device_type,
    channels.date_count / shops.date_count as date_rate,
    channels.first_date,
    channels.last_date,
    channels.event_count
from channels
inner join shops on channels.source_system = shops.source_system
order by
    date_rate asc, channels.event_count asc, channels.source_system asc, channels.traffic_source asc,
    channels.device_type asc
limit 20
