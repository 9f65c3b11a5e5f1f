-- different visitors of March 2024 by device, from one small row for each date and channel
select
    source_system,
    device_type,
    {{ estimated_visitors() }} as estimated_visitor_count
from {{ ref('agg_visitor_sketches_daily') }}
where session_date between date '2024-03-01' and date '2024-03-31'
group by source_system, device_type
order by source_system, device_type
