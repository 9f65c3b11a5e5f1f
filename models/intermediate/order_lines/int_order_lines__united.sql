-- one select per enabled source system, so that every mart works for each alone and all together
{% for model_name in staging_models('order_lines') %}
select
    file_id,
    landed_at,
    source_system,
    order_line_id,
    order_id,
    ordered_at,
    order_date,
    updated_at,
    status,
    is_return,
    user_id,
    product_id,
    quantity,
    unit_price,
    discount_amount,
    payment_method,
    country
from {{ ref(model_name) }}
where quarantine_reason is null
union all
{% endfor %}
-- no rows, but the columns, also where no enabled source system offers this stream
select
    cast(null as string) as file_id,
    cast(null as timestamp) as landed_at,
    cast(null as string) as source_system,
    cast(null as string) as order_line_id,
    cast(null as string) as order_id,
    cast(null as timestamp) as ordered_at,
    cast(null as date) as order_date,
    cast(null as timestamp) as updated_at,
    cast(null as string) as status,
    cast(null as boolean) as is_return,
    cast(null as string) as user_id,
    cast(null as string) as product_id,
    cast(null as int) as quantity,
    cast(null as decimal(18, 4)) as unit_price,
    cast(null as decimal(18, 4)) as discount_amount,
    cast(null as string) as payment_method,
    cast(null as string) as country
where false
