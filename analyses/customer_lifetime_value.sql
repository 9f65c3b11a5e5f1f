-- What was a customer worth so far, and what is yet to be expected?
--
-- For example: how many customers are the tenth who are worth most, and what share of all value do they
-- hold? While nobody has lapsed and nothing can be expected, they are worth what they brought so far.
with

valued as (
    select
        source_system,
        coalesce(lifetime_value_amount, net_amount) as value_amount
    from {{ mart('customer_lifetime_value') }}
),

ranked as (
    select
        source_system,
        value_amount,
        percent_rank() over (partition by source_system order by value_amount desc) as value_rank
    from valued
)

select
    source_system,
    count_if(value_rank <= 0.1) as best_customer_count,
    cast(sum(if(value_rank <= 0.1, value_amount, 0)) as double) / nullif(sum(value_amount), 0) as best_customer_share
from ranked
group by source_system
order by source_system
