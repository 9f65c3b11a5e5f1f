-- What was a product like at any moment?
--
-- For example: what margin did each category earn, at the cost that held when a line was ordered? What was
-- cancelled or came back is left out.
select
    lines.source_system,
    products.category,
    sum(lines.net_amount) as net_amount,
    sum(lines.quantity * products.cost_price) as cost_amount,
    1 - cast(sum(lines.quantity * products.cost_price) as double)
    / nullif(sum(lines.net_amount), 0) as margin_rate
from {{ mart('fct_order_lines') }} as lines
inner join {{ mart('dim_products') }} as products
    on lines.product_version_id = products.product_version_id
where
    lines.status in ('pending', 'completed')
    and not lines.is_return
    and products.cost_price is not null
group by lines.source_system, products.category
order by lines.source_system asc, margin_rate desc, products.category asc
