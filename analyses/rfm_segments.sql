-- Who are the best, the new, the at-risk and the lost customers, and how did they move?
--
-- For example: how do the segments grow and shrink from month end to month end?
select
    source_system,
    as_of_date,
    segment_name,
    count(*) as customer_count,
    sum(net_amount) as net_amount
from {{ mart('rfm_segments') }}
group by source_system, as_of_date, segment_name
order by source_system asc, as_of_date asc, customer_count desc, segment_name asc
