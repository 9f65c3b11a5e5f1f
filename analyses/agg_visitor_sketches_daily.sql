-- How many different visitors came in any range of dates, sources and devices?
--
-- For example: how many different visitors did each device bring in each month? The answer needs one small
-- row for each date and channel, and no session.
select
    source_system,
    trunc(session_date, 'month') as month_start_date,
    device_type,
    {{ estimated_visitors() }} as estimated_visitor_count
from {{ mart('agg_visitor_sketches_daily') }}
group by source_system, trunc(session_date, 'month'), device_type
order by source_system, month_start_date, device_type
