-- Daily: what people did on each UTC date, where they came from, and what was sold to whom.

-- a share of another count, at most all of it
create macro rate_of(part, whole) as if(whole > 0, least(part / whole, 1), null);

-- a share of an amount to four digits, exactly: a half is rounded away from zero
create macro share_of(amount, part, whole) as (
    sign(amount) * (
        (2 * (abs(amount) * 10000)::hugeint * part + whole) // (2 * whole)
    )::decimal(38, 0) * 0.0001
)::decimal(18, 4);

create table human_events as
select *
from fct_events
where not is_bot;

create table agg_channels_daily as
select
    source_system,
    event_date,
    traffic_source,
    device_type,
    count(*) as event_count
from fct_events
group by all;

create table agg_event_types_daily as
select
    source_system,
    event_date,
    event_type,
    count(*) filter (not is_bot) as event_count,
    count(distinct visitor_id) filter (not is_bot) as visitor_count,
    count(distinct user_id) filter (not is_bot) as user_count,
    coalesce(sum(revenue_amount) filter (not is_bot), 0) as revenue_amount,
    count(*) filter (is_bot) as bot_event_count
from fct_events
group by all;

-- What is counted of any group of events of people.
create macro counted(events) as table
select
    columns(* exclude (event_type, revenue_amount)),
    count(*) as event_count,
    count(*) filter (event_type = 'view') as view_count,
    count(*) filter (event_type = 'wishlist') as wishlist_count,
    count(*) filter (event_type = 'add_to_cart') as add_to_cart_count,
    count(*) filter (event_type = 'remove_from_cart') as remove_from_cart_count,
    count(*) filter (event_type = 'purchase') as purchase_count,
    count(*) filter (event_type = 'return') as return_count,
    count(*) filter (event_type = 'exit') as exit_count,
    sum(revenue_amount) as revenue_amount
from query_table(events)
group by all;

create view events_of_intervals as
select
    source_system,
    event_date,
    hour(event_at) // 6 as interval_number,
    6 * (hour(event_at) // 6) as interval_start_hour,
    event_type,
    revenue_amount
from human_events;

create table agg_events_six_hourly as from counted('events_of_intervals');

create view events_of_products as
select
    source_system,
    event_date,
    product_id,
    event_type,
    revenue_amount
from human_events
where product_id is not null;

-- the catalogue's price at the date's last moment, else the last one that an event shows
create table agg_products_daily as
with shown_prices as (
    select
        source_system,
        event_date,
        product_id,
        unit_price
    from human_events
    where unit_price is not null
    qualify
        row_number() over (
            partition by source_system, event_date, product_id
            order by event_at desc, unit_price desc
        ) = 1
)

select
    counts.* exclude (exit_count),
    coalesce(dim_products.list_price, shown_prices.unit_price) as day_price
from counted('events_of_products') as counts
left join shown_prices using (source_system, event_date, product_id)
left join dim_products
    on
        counts.source_system = dim_products.source_system
        and counts.product_id = dim_products.product_id
        and counts.event_date + interval 1 day - interval 1 microsecond >= dim_products.valid_from
        and counts.event_date + interval 1 day - interval 1 microsecond < dim_products.valid_to;

create table latest_categories as
select
    source_system,
    product_id,
    coalesce(category, 'unknown') as category,
    product_name
from dim_products
where is_current;

create table agg_sales_daily as
select
    source_system,
    order_date,
    coalesce(latest_categories.category, 'unknown') as category,
    coalesce(dim_users.region, 'unknown') as region,
    count(*) as order_line_count,
    sum(gross_amount) as gross_amount,
    sum(discount_amount) as discount_amount,
    sum(refund_amount) as refund_amount,
    sum(net_amount) as net_amount
from fct_order_lines
left join latest_categories using (source_system, product_id)
left join dim_users using (user_version_id)
group by all;

create table agg_visitors_daily as
select
    source_system,
    event_date,
    visitor_id,
    coalesce(user_id, '') as user_id,
    min(event_at) as first_event_at,
    max(event_at) as last_event_at,
    count(*) as event_count,
    count(*) filter (event_type = 'view') as view_count,
    count(*) filter (event_type = 'wishlist') as wishlist_count,
    count(*) filter (event_type = 'add_to_cart') as add_to_cart_count,
    count(*) filter (event_type = 'remove_from_cart') as remove_from_cart_count,
    count(*) filter (event_type = 'purchase') as purchase_count,
    count(*) filter (event_type = 'return') as return_count,
    sum(revenue_amount) as revenue_amount
from human_events
group by all;

-- the user seen last on a device; of two at the same moment the one with the greater id
create table visitor_users as
select
    source_system,
    visitor_id,
    user_id
from human_events
where user_id is not null
qualify
    row_number() over (
        partition by source_system, visitor_id order by event_at desc, user_id desc
    ) = 1;

create table events_of_users as
select
    event.* exclude (user_id),
    coalesce(event.user_id, visitor_users.user_id) as user_id
from human_events as event
left join visitor_users using (source_system, visitor_id)
where event.user_id is not null or visitor_users.user_id is not null;

create table agg_user_activity_daily as
select
    source_system,
    event_date,
    user_id,
    min(event_at) as first_event_at,
    max(event_at) as last_event_at,
    count(*) as event_count,
    count(*) filter (event_type = 'view') as view_count,
    count(*) filter (event_type = 'wishlist') as wishlist_count,
    count(*) filter (event_type = 'add_to_cart') as add_to_cart_count,
    count(*) filter (event_type = 'remove_from_cart') as remove_from_cart_count,
    count(*) filter (event_type = 'purchase') as purchase_count,
    count(*) filter (event_type = 'return') as return_count,
    sum(revenue_amount) as revenue_amount
from events_of_users
group by all;

create table agg_users_daily as
with days as (
    select
        source_system,
        event_date,
        event_date - lag(event_date) over (
            partition by source_system, user_id order by event_date
        ) as silent_days
    from (select distinct source_system, user_id, event_date from events_of_users)
)

select
    source_system,
    event_date,
    count(*) as active_user_count,
    count(*) filter (silent_days is null) as new_user_count,
    count(*) filter (silent_days <= 30) as returning_user_count,
    count(*) filter (silent_days > 30) as reactivated_user_count
from days
group by all;

create table visitor_first_sessions as
select
    source_system,
    visitor_id,
    session_id,
    session_date as first_session_date,
    started_at,
    traffic_source,
    device_type
from fct_sessions
where not is_bot
qualify
    row_number() over (
        partition by source_system, visitor_id order by started_at, session_id
    ) = 1;

create table agg_traffic_daily as
select
    source_system,
    session_date,
    traffic_source,
    device_type,
    count(*) filter (not is_bot) as session_count,
    count(*) filter (is_bot) as bot_session_count,
    count(distinct visitor_id) filter (not is_bot) as visitor_count,
    count(first_session.session_id) as new_visitor_count,
    coalesce(sum(event_count) filter (not is_bot), 0) as event_count,
    coalesce(sum(purchase_count) filter (not is_bot), 0) as purchase_count,
    coalesce(sum(purchased_order_count) filter (not is_bot), 0) as purchased_order_count,
    count(*) filter (is_converted and not is_bot) as converted_session_count,
    coalesce(sum(duration_seconds) filter (not is_bot), 0) as duration_seconds,
    coalesce(sum(revenue_amount) filter (not is_bot), 0) as revenue_amount,
    if(session_count > 0, converted_session_count / session_count, null) as conversion_rate
from fct_sessions
left join (select source_system, session_id from visitor_first_sessions) as first_session
    using (source_system, session_id)
group by all;

-- a sketch is compared by its estimate
create table agg_visitor_sketches_daily as
select
    source_system,
    session_date,
    traffic_source,
    device_type,
    count(distinct visitor_id) as visitor_sketch
from fct_sessions
where not is_bot
group by all;
