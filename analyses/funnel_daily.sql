-- Where are sessions lost between view, cart and purchase, and how long does each step take?
--
-- For example: on which device, from which traffic source and at which step are sessions lost? Counts add
-- up over dates; rates are taken of the sums.
select
    source_system,
    traffic_source,
    device_type,
    sum(session_count) as session_count,
    cast(sum(viewed_count) as double) / nullif(sum(session_count), 0) as viewed_rate,
    cast(sum(carted_count) as double) / nullif(sum(viewed_count), 0) as viewed_to_carted_rate,
    cast(sum(purchased_count) as double) / nullif(sum(carted_count), 0) as carted_to_purchased_rate
from {{ mart('funnel_daily') }}
group by source_system, traffic_source, device_type
order by session_count desc, source_system asc, traffic_source asc, device_type asc
