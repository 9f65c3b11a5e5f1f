-- The typed lines of a shop without defects, from `read_events`, `read_orders`, `read_users` and
-- `read_products`: what the SQL of `tests/oracle` computes every mart from.
create table event_lines as
select
    file_id,
    source_system,
    table_name,
    landed_date,
    landed_at,
    null::varchar as digest,
    1::bigint as copy,
    event_id,
    event_time::timestamp as event_at,
    event_type,
    visitor_id,
    user_id,
    session_id as source_session_id,
    product_id,
    quantity::integer as quantity,
    price::decimal(18, 4) as unit_price,
    order_id,
    page_url,
    traffic_source,
    device_type,
    ip_address,
    user_agent
from read_events;

create table order_line_lines as
select
    file_id,
    source_system,
    table_name,
    landed_date,
    landed_at,
    null::varchar as digest,
    1::bigint as copy,
    order_id || '-' || order_line as order_line_id,
    order_id,
    ordered_at::timestamp as ordered_at,
    updated_at::timestamp as updated_at,
    status,
    status = 'returned' as is_return,
    user_id,
    product_id,
    quantity::integer as quantity,
    unit_price::decimal(18, 4) as unit_price,
    coalesce(discount_amount::decimal(18, 4), 0) as discount_amount,
    payment_method,
    null::varchar as country
from read_orders;

create table user_lines as
select
    file_id,
    source_system,
    table_name,
    landed_date,
    landed_at,
    null::varchar as digest,
    1::bigint as copy,
    user_id,
    name,
    email,
    gender,
    birth_date::date as birth_date,
    country,
    region,
    city,
    loyalty_tier,
    signed_up_at::timestamp as signed_up_at,
    updated_at::timestamp as updated_at,
    is_deleted::boolean as is_deleted
from read_users;

create table product_lines as
select
    file_id,
    source_system,
    table_name,
    landed_date,
    landed_at,
    null::varchar as digest,
    1::bigint as copy,
    product_id,
    name as product_name,
    brand,
    category,
    subcategory,
    price::decimal(18, 4) as list_price,
    cost::decimal(18, 4) as cost_price,
    updated_at::timestamp as updated_at,
    is_deleted::boolean as is_deleted
from read_products;

create table refused_lines as
select
    file_id,
    source_system,
    table_name,
    landed_date,
    landed_at,
    null::varchar as digest,
    0::bigint as copy,
    null::varchar as stream_name,
    null::varchar as line,
    null::varchar as reason
from read_events
where false;

create table files as
with counted as (
    select file_id, count(*) as line_count from event_lines group by all
    union all
    select file_id, count(*) as line_count from order_line_lines group by all
    union all
    select file_id, count(*) as line_count from user_lines group by all
    union all
    select file_id, count(*) as line_count from product_lines group by all
)

select
    landed.* exclude (path),
    coalesce(counted.line_count, 0) as line_count
from landed
left join counted using (file_id);
