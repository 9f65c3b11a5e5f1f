-- Which products turn views into purchases, and purchases into returns?
--
-- For example: which products are looked at more often than most and bought least?
with

compared as (
    select
        source_system,
        product_id,
        view_count,
        avg(view_count) over (partition by source_system) as average_view_count,
        view_to_cart_rate,
        view_to_purchase_rate
    from {{ mart('product_conversion') }}
)

select
    source_system,
    product_id,
    view_count,
    view_to_cart_rate,
    view_to_purchase_rate
from compared
where view_count > average_view_count
order by view_to_purchase_rate asc, view_count desc, source_system asc, product_id asc
limit 20
