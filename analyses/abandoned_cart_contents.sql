-- What lies in an abandoned cart?
--
-- For example: which twenty products are left in carts most often?
with

products_left as (
    select
        source_system,
        explode(product_ids) as product_id
    from {{ mart('abandoned_cart_contents') }}
)

select
    source_system,
    product_id,
    count(*) as cart_count
from products_left
group by source_system, product_id
order by cart_count desc, source_system asc, product_id asc
limit 20
