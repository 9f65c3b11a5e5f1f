-- How many events, visitors and users did a date have, and how much revenue?
--
-- For example: what share of the events of each date is the work of bots?
select
    source_system,
    event_date,
    sum(event_count) as event_count,
    sum(bot_event_count) as bot_event_count,
    cast(sum(bot_event_count) as double) / sum(event_count + bot_event_count) as bot_rate
from {{ mart('agg_event_types_daily') }}
group by source_system, event_date
order by source_system, event_date
