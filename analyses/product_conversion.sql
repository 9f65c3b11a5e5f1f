-- Which products do many look at and few buy?
select
    source_system,
    product_id,
    view_count,
    view_to_cart_rate,
    view_to_purchase_rate
from {{ mart('product_conversion') }}
where view_count >= 100
order by view_to_purchase_rate asc, view_count desc, source_system asc, product_id asc
limit 20
