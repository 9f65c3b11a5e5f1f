-- What has a user bought so far?
--
-- For example: what are customers of each favourite category worth?
select
    source_system,
    favourite_category,
    count(*) as customer_count,
    cast(sum(net_amount) / count(*) as decimal(18, 4)) as net_per_customer_amount,
    avg(average_days_between_orders) as average_days_between_orders,
    cast(sum(refund_amount) as double) / nullif(sum(gross_amount), 0) as refund_rate
from {{ mart('user_metrics') }}
where order_count > 0
group by source_system, favourite_category
order by net_per_customer_amount desc, source_system asc, favourite_category asc
