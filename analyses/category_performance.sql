-- How did a category do on a date?
--
-- For example: how many views does a category need for an order line?
select
    source_system,
    category,
    sum(view_count) as view_count,
    sum(order_line_count) as order_line_count,
    sum(net_amount) as net_amount,
    cast(sum(view_count) as double) / nullif(sum(order_line_count), 0) as views_per_order_line
from {{ mart('category_performance') }}
group by source_system, category
order by source_system asc, net_amount desc, category asc
