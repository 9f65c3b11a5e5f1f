-- one select per enabled source system, so that every mart works for each alone and all together
{% for model_name in staging_models('products') %}
select
    file_id,
    landed_at,
    source_system,
    product_id,
    product_name,
    brand,
    category,
    subcategory,
    list_price,
    cost_price,
    updated_at,
    is_deleted
from {{ ref(model_name) }}
where quarantine_reason is null
union all
{% endfor %}
-- no rows, but the columns, also where no enabled source system offers this stream
select
    cast(null as string) as file_id,
    cast(null as timestamp) as landed_at,
    cast(null as string) as source_system,
    cast(null as string) as product_id,
    cast(null as string) as product_name,
    cast(null as string) as brand,
    cast(null as string) as category,
    cast(null as string) as subcategory,
    cast(null as decimal(18, 4)) as list_price,
    cast(null as decimal(18, 4)) as cost_price,
    cast(null as timestamp) as updated_at,
    cast(null as boolean) as is_deleted
where false
