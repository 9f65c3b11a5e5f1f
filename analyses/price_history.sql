-- What did a product cost when, and by how much did it change?
--
-- For example: which products changed their price most often, and where does it stand against the first
-- one?
select
    source_system,
    product_id,
    max_by(product_name, valid_from) as product_name,
    count(*) - 1 as change_count,
    min_by(list_price, valid_from) as first_price,
    max_by(list_price, valid_from) as last_price,
    cast(max_by(list_price, valid_from) as double)
    / nullif(min_by(list_price, valid_from), 0) - 1 as change_ratio
from {{ mart('price_history') }}
group by source_system, product_id
order by change_count desc, source_system asc, product_id asc
limit 20
