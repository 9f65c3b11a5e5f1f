-- At what time of the day do people look, buy and return?
--
-- For example: in which quarter of the day do people look, and in which do they buy?
select
    source_system,
    interval_start_hour,
    sum(view_count) as view_count,
    sum(purchase_count) as purchase_count,
    sum(revenue_amount) as revenue_amount
from {{ mart('agg_events_six_hourly') }}
group by source_system, interval_start_hour
order by source_system, interval_start_hour
