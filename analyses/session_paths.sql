-- Which ways through the shop are common?
--
-- For example: which ten ways through the shop do most sessions take, and do they lead to a purchase?
select
    source_system,
    path,
    count(*) as session_count,
    count(*) / sum(count(*)) over (partition by source_system) as session_rate,
    bool_or(array_contains(steps.event_type, 'purchase')) as has_purchase
from {{ mart('session_paths') }}
group by source_system, path
order by session_count desc, source_system asc, path asc
limit 10
