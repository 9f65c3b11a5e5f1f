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
union all
{% endfor %}
-- no rows, but the columns, also where no enabled source system offers this stream
select
    cast(null as string) as file_id,
    cast(null as timestamp) as landed_at,
    cast(null as string) as source_system,
    cast(null as string) as event_id,
    cast(null as timestamp) as event_at,
    cast(null as date) as event_date,
    cast(null as string) as event_type,
    cast(null as string) as visitor_id,
    cast(null as string) as user_id,
    cast(null as string) as source_session_id,
    cast(null as string) as product_id,
    cast(null as int) as quantity,
    cast(null as decimal(18, 4)) as unit_price,
    cast(null as string) as order_id,
    cast(null as string) as page_url,
    cast(null as string) as traffic_source,
    cast(null as string) as device_type,
    cast(null as string) as ip_address,
    cast(null as string) as user_agent
where false
