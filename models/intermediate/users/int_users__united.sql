-- one select per enabled source system, so that every mart works for each alone and all together
{% for model_name in staging_models('users') %}
select
    file_id,
    landed_at,
    source_system,
    user_id,
    name,
    email,
    gender,
    birth_date,
    country,
    region,
    city,
    loyalty_tier,
    signed_up_at,
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
    cast(null as string) as user_id,
    cast(null as string) as name,
    cast(null as string) as email,
    cast(null as string) as gender,
    cast(null as date) as birth_date,
    cast(null as string) as country,
    cast(null as string) as region,
    cast(null as string) as city,
    cast(null as string) as loyalty_tier,
    cast(null as timestamp) as signed_up_at,
    cast(null as timestamp) as updated_at,
    cast(null as boolean) as is_deleted
where false
