-- What was ordered, by whom, for how much, and what became of it?
--
-- For example: how large is an order, by the way it was paid, and how many of the orders become nothing?
-- What came back lowers the net, also where it is booked as an order of its own, which counts as none.
select
    source_system,
    payment_method,
    count_if(is_purchase) as order_count,
    cast(sum(net_amount) / nullif(count_if(is_purchase), 0) as decimal(18, 4)) as average_net_amount,
    sum(if(is_purchase, item_count, 0)) / nullif(count_if(is_purchase), 0) as items_per_order,
    count_if(is_cancelled) / nullif(count_if(is_purchase or is_cancelled), 0) as cancelled_rate,
    count_if(is_purchase and has_return) / nullif(count_if(is_purchase), 0) as return_rate
from {{ mart('fct_orders') }}
group by source_system, payment_method
order by source_system asc, order_count desc, payment_method asc
