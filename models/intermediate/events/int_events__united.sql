-- one select per enabled source system, so that every mart works for each alone and all together
{% for model_name in staging_models('events') %}
select
    file_id,
    landed_at,
    source_system,
    event_id,
    event_at,
    event_date,
    event_type,
    visitor_id,
    user_id,
    source_session_id,
    product_id,
    quantity,
    unit_price,
    order_id,
    page_url,
    traffic_source,
    device_type,
    ip_address,
    user_agent
from {{ ref(model_name) }}
where quarantine_reason is null
{{ 'union all' if not loop.last }}
{% endfor %}
