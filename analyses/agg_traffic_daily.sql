-- How many people does each channel bring, how many for the first time, and how many sessions convert?
--
-- For example: which channels bring new visitors, and which bring those who buy? Visitors of several dates
-- are counted once a date; for the number of different ones see the example of agg_visitor_sketches_daily.
select
    source_system,
    traffic_source,
    sum(session_count) as session_count,
    cast(sum(new_visitor_count) as double) / nullif(sum(visitor_count), 0) as new_visitor_rate,
    cast(sum(converted_session_count) as double) / nullif(sum(session_count), 0) as conversion_rate,
    cast(sum(revenue_amount) / nullif(sum(session_count), 0) as decimal(18, 4)) as revenue_per_session_amount,
    cast(sum(bot_session_count) as double) / sum(session_count + bot_session_count) as bot_rate
from {{ mart('agg_traffic_daily') }}
group by source_system, traffic_source
order by source_system asc, session_count desc, traffic_source asc
