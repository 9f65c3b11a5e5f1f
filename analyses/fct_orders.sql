-- How large is an order, by the way it was paid, and how many of the orders become nothing?
select
    source_system,
    payment_method,
    count(*) as order_count,
    cast(sum(net_amount) / nullif(count_if(not is_cancelled), 0) as decimal(18, 4)) as average_net_amount,
    sum(item_count) / count(*) as items_per_order,
    count_if(is_cancelled) / count(*) as cancelled_rate,
    count_if(has_return) / count(*) as return_rate
from {{ mart('fct_orders') }}
group by source_system, payment_method
order by source_system asc, order_count desc, payment_method asc
