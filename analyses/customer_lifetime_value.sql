-- the tenth of the customers who are worth most, and what share of all value they hold
with

ranked as (
    select
        source_system,
        lifetime_value_amount,
        percent_rank() over (partition by source_system order by lifetime_value_amount desc) as value_rank
    from {{ mart('customer_lifetime_value') }}
    where lifetime_value_amount is not null
)

select
    source_system,
    count_if(value_rank <= 0.1) as best_customer_count,
    cast(sum(if(value_rank <= 0.1, lifetime_value_amount, 0)) as double)
    / nullif(sum(lifetime_value_amount), 0) as best_customer_share
from ranked
group by source_system
order by source_system
