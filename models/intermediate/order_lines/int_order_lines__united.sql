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
{{ 'union all' if not loop.last }}
{% endfor %}
