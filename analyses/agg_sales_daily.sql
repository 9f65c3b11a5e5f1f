-- What was sold when, of what kind and to where?
--
-- For example: what is the net revenue of each month by category and region, and what share of the gross
-- came back?
select
    source_system,
    trunc(order_date, 'month') as month_start_date,
    category,
    region,
    sum(net_amount) as net_amount,
    cast(sum(refund_amount) as double) / nullif(sum(gross_amount), 0) as refund_rate
from {{ mart('agg_sales_daily') }}
group by source_system, trunc(order_date, 'month'), category, region
order by source_system asc, month_start_date asc, net_amount desc, category asc, region asc
