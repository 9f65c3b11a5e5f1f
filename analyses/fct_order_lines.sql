-- What was sold, refunded and cancelled, to whom, and for how much?
--
-- For example: how much of what was sold is taken back by discounts and refunds in each month, and how many
-- lines are cancelled?
select
    source_system,
    trunc(order_date, 'month') as month_start_date,
    count(*) as order_line_count,
    count_if(status = 'cancelled') / count(*) as cancelled_rate,
    sum(gross_amount) as gross_amount,
    cast(sum(discount_amount) as double) / nullif(sum(gross_amount), 0) as discount_rate,
    cast(sum(refund_amount) as double) / nullif(sum(gross_amount), 0) as refund_rate,
    sum(net_amount) as net_amount
from {{ mart('fct_order_lines') }}
group by source_system, trunc(order_date, 'month')
order by source_system, month_start_date
