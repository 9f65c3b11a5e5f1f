-- What comes back, how soon, and at what price?
--
-- For example: how soon do goods come back, and for how much? Returns whose sale is not known have no days.
select
    source_system,
    days_to_return,
    count(*) as return_count,
    sum(refund_amount) as refund_amount,
    sum(count(*)) over (
        partition by source_system
        order by days_to_return asc nulls last
    ) / sum(count(*)) over (partition by source_system) as returned_by_then_rate
from {{ mart('fct_returns') }}
group by source_system, days_to_return
order by source_system asc, days_to_return asc nulls last
