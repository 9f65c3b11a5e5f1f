-- Which traffic sources bring orders and revenue, by six models?
--
-- For example: what does each traffic source bring in by four of the models? Where they differ, the source
-- begins or ends the way to an order rather than being on it.
select
    source_system,
    traffic_source,
    sum(first_credited_amount) as first_credited_amount,
    sum(last_credited_amount) as last_credited_amount,
    sum(position_based_credited_amount) as position_based_credited_amount,
    sum(time_decay_credited_amount) as time_decay_credited_amount
from {{ mart('attribution') }}
group by source_system, traffic_source
order by last_credited_amount desc, source_system asc, traffic_source asc
