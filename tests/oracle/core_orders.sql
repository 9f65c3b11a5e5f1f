-- Core: what was ordered and returned, and the channels and dates of all facts.

-- Versions of an order line, the one that counts first: the latest, of equal ones the first landed.
create table order_line_versions as
select
    *
    replace (coalesce(order_line_id, digest || '-' || copy) as order_line_id),
    ordered_at::date as order_date,
    row_number() over (
        partition by source_system, order_date, coalesce(order_line_id, digest || '-' || copy)
        order by
            updated_at desc, landed_at, file_id, status, quantity, unit_price, discount_amount,
            ordered_at, user_id nulls first, product_id, payment_method nulls first, order_id,
            is_return, country nulls first
    ) as place
from order_line_lines;

create table order_lines_as_booked as
with numbered as (
    select
        *,
        row_number() over (
            partition by source_system, order_date, order_line_id, updated_at order by place
        ) as time_told
    from order_line_versions
),

-- Each status is recorded once; what records it again is a duplicate, whichever status came later.
others as (
    select
        source_system,
        order_date,
        order_line_id,
        list(file_id order by place) filter (time_told > 1) as duplicate_file_ids,
        list(file_id order by place) filter (time_told = 1) as superseded_file_ids
    from numbered
    where place > 1
    group by all
)

select
    source_system,
    order_line_id,
    order_id,
    order_date,
    ordered_at,
    updated_at,
    status,
    is_return,
    -- a return booked as a line of its own, not a sale that was returned
    is_return and status <> 'returned' as is_booking_of_return,
    user_id,
    product_id,
    quantity,
    unit_price,
    discount_amount,
    payment_method,
    country,
    file_id,
    duplicate_file_ids,
    superseded_file_ids
from order_line_versions
left join others using (source_system, order_date, order_line_id)
where place = 1
union all by name
-- Where a source lands no orders, the purchases of a session form the order.
select
    source_system,
    if(event_date = session_date, event_id, event_id || '@' || event_date) as order_line_id,
    session_id as order_id,
    session_date as order_date,
    event_at as ordered_at,
    event_at as updated_at,
    'completed' as status,
    false as is_return,
    false as is_booking_of_return,
    user_id,
    product_id,
    quantity,
    unit_price,
    0 as discount_amount
from fct_events
where event_type = 'purchase' and source_system = 'rees46';

create table fct_order_lines as
with valued as (
    select
        *,
        quantity * unit_price as signed_amount,
        if(status = 'cancelled' or is_booking_of_return, 0, signed_amount) as gross_amount,
        if(status = 'cancelled', 0, line.discount_amount) as granted_amount,
        case
            when is_booking_of_return then -signed_amount
            when status = 'returned' then gross_amount - granted_amount
            else 0
        end as refund_amount
    from order_lines_as_booked as line
)

select
    line.source_system,
    order_line_id,
    order_id,
    order_date,
    ordered_at,
    line.updated_at,
    status,
    is_return,
    line.user_id,
    coalesce(user_version_id, 'unknown') as user_version_id,
    line.product_id,
    coalesce(product_version_id, 'unknown') as product_version_id,
    quantity,
    unit_price,
    signed_amount,
    gross_amount,
    granted_amount as discount_amount,
    refund_amount,
    gross_amount - granted_amount - refund_amount as net_amount,
    payment_method,
    line.country,
    (line.user_id is not null and user_version_id is null and line.source_system = 'shop')
    or (line.product_id is not null and product_version_id is null and line.source_system = 'shop')
        as is_orphan,
    file_id,
    duplicate_file_ids,
    superseded_file_ids
from valued as line
left join dim_users as person
    on
        line.source_system = person.source_system
        and line.user_id = person.user_id
        and line.ordered_at >= person.valid_from
        and line.ordered_at < person.valid_to
left join dim_products as product
    on
        line.source_system = product.source_system
        and line.product_id = product.product_id
        and line.ordered_at >= product.valid_from
        and line.ordered_at < product.valid_to;

create table fct_orders as
select
    source_system,
    order_date,
    order_id,
    min(ordered_at) as ordered_at,
    max(updated_at) as updated_at,
    case
        when bool_and(status = 'cancelled') then 'cancelled'
        when bool_and(status in ('returned', 'cancelled')) then 'returned'
        when bool_or(status = 'pending') then 'pending'
        else 'completed'
    end as status,
    bool_and(status = 'cancelled') as is_cancelled,
    bool_or(quantity > 0 and status <> 'cancelled') as is_purchase,
    bool_or(is_return) as has_return,
    first(user_id order by ordered_at, order_line_id) filter (user_id is not null) as user_id,
    coalesce(
        first(user_version_id order by ordered_at, order_line_id) filter (user_id is not null), 'unknown'
    ) as user_version_id,
    first(payment_method order by ordered_at, order_line_id) as payment_method,
    count(*) as order_line_count,
    count(distinct product_id) as product_count,
    sum(quantity) as item_count,
    sum(gross_amount) as gross_amount,
    sum(discount_amount) as discount_amount,
    sum(refund_amount) as refund_amount,
    sum(net_amount) as net_amount
from fct_order_lines
group by source_system, order_date, order_id;

create table fct_returns as
select
    source_system,
    order_date,
    order_line_id,
    order_id,
    user_id,
    user_version_id,
    product_id,
    product_version_id,
    ordered_at,
    updated_at as returned_at,
    updated_at::date as return_date,
    if(status = 'returned', greatest(date_diff('day', order_date, updated_at::date), 0), null)
        as days_to_return,
    abs(quantity) as quantity,
    refund_amount
from fct_order_lines
where is_return;

create table dim_traffic_sources as
select
    traffic_source,
    coalesce(channel_group, 'Other') as channel_group,
    coalesce(is_paid, false) as is_paid,
    coalesce(is_direct, false) as is_direct
from seed_traffic_sources
full join (select distinct traffic_source from fct_events) using (traffic_source);

create table dim_devices as
select
    device_type,
    coalesce(device_group, 'Other') as device_group,
    coalesce(is_handheld, false) as is_handheld
from seed_devices
full join (select distinct device_type from fct_events) using (device_type);

-- recency, lapse and age are measured as of the last date under which anything was landed.
create table as_of_dates as
select
    source_system,
    max(landed_date) as as_of_date
from files
group by all;

create table dim_dates as
with facts as (
    select event_date as fact_date
    from fct_events
    union all
    select order_date
    from fct_orders
    union all
    select greatest(order_date, updated_at::date)
    from fct_orders
    union all
    select return_date
    from fct_returns
    union all
    select as_of_date
    from as_of_dates
)

select
    day::date as date_day,
    year(day) as year_number,
    quarter(day) as quarter_number,
    month(day) as month_number,
    monthname(day) as month_name,
    date_trunc('month', day)::date as month_start_date,
    weekofyear(day) as iso_week_number,
    isodow(day) as iso_weekday_number,
    dayname(day) as weekday_name,
    isodow(day) >= 6 as is_weekend
from (
    select
        unnest(
            generate_series(
                date_trunc('year', min(fact_date))::timestamp,
                date_trunc('year', max(fact_date))::timestamp + interval 1 year - interval 1 day,
                interval 1 day
            )
        ) as day
    from facts
);
