-- What the shop's tables tell, from the lines landed up to the variable `as_of`.
--
-- Written from the definitions alone, for DuckDB. Reads `event_lines`, `order_lines`, `user_lines`
-- and `product_lines`: the sound landed lines as text, each with its landed_date and its place in
-- the order of landing. `window_days` is how long before an order sessions are credited.

-- the first landed line of each event
create or replace temp table events as
select
    event_id,
    event_time::timestamp as event_at,
    event_type,
    visitor_id,
    nullif(user_id, '') as user_id,
    nullif(session_id, '') as given_session_id,
    product_id,
    coalesce(try_cast(quantity as bigint), 0) as quantity,
    coalesce(try_cast(price as decimal(18, 2)), 0) as price,
    traffic_source,
    device_type,
    regexp_matches(user_agent, '(?i)bot|crawler|python-requests') as is_bot
from event_lines
where landed_date <= getvariable('as_of')
qualify row_number() over (partition by event_id order by place) = 1;

create or replace temp table valued_events as
select
    *,
    case event_type
        when 'purchase' then price * quantity
        when 'return' then -price * quantity
        else 0
    end as revenue
from events;

-- a session is what shares visitor and session id; without an id, what no silence divides
create or replace temp table session_events as
with paused as (
    select
        *,
        given_session_id is null
        and coalesce(
            event_at - lag(event_at) over visitor > interval 30 minutes, true
        ) as begins
    from valued_events
    window visitor as (partition by visitor_id, given_session_id order by event_at, event_id)
)
select
    *,
    coalesce(
        visitor_id || '/' || given_session_id,
        visitor_id || '#' || sum(begins::int) over (
            partition by visitor_id, given_session_id
            order by event_at, event_id rows unbounded preceding
        )
    ) as session,
    row_number() over (order by event_at, event_id) as place
from paused;

create or replace temp table sessions as
select
    session,
    min(event_at) as started_at,
    min(event_at)::date as session_date,
    arg_min(traffic_source, place) as traffic_source,
    arg_min(device_type, place) as device_type,
    bool_or(is_bot) as is_bot,
    max(user_id) as user_id,
    count(*) as event_count,
    bool_or(event_type = 'purchase') as has_bought,
    bool_or(event_type = 'add_to_cart') as has_carted,
    epoch(date_trunc('second', max(event_at)))::bigint
    - epoch(date_trunc('second', min(event_at)))::bigint as duration_seconds,
    sum(revenue) as revenue
from session_events
group by session;

create or replace temp view oracle_events_daily as
select
    event_at::date as event_date,
    event_type,
    is_bot,
    count(*) as event_count,
    sum(revenue) as revenue_amount
from valued_events
group by all;

create or replace temp view oracle_sessions_daily as
select
    session_date,
    traffic_source,
    device_type,
    is_bot,
    count(*) as session_count,
    sum(event_count) as event_count,
    count(*) filter (has_bought) as converted_count,
    count(*) filter (has_carted and not has_bought) as abandoned_count,
    sum(duration_seconds) as duration_seconds,
    sum(revenue) as revenue_amount
from sessions
group by all;

create or replace temp view oracle_funnel_daily as
with viewed as (
    select session, min(place) as place
    from session_events
    where event_type = 'view'
    group by session
),

carted as (
    select session, min(event.place) as place
    from session_events as event
    inner join viewed using (session)
    where event_type = 'add_to_cart' and event.place > viewed.place
    group by session
),

purchased as (
    select session, min(event.place) as place
    from session_events as event
    inner join carted using (session)
    where event_type = 'purchase' and event.place > carted.place
    group by session
)

select
    session_date,
    traffic_source,
    device_type,
    count(viewed.session) as viewed_count,
    count(carted.session) as carted_count,
    count(purchased.session) as purchased_count
from sessions
left join viewed using (session)
left join carted using (session)
left join purchased using (session)
where not is_bot
group by all
having viewed_count > 0;

-- pieces put in less pieces taken out, at the price of the last that was put in
create or replace temp view oracle_abandoned_carts_daily as
with left_in_cart as (
    select
        session,
        product_id,
        sum(case event_type when 'add_to_cart' then quantity else -quantity end) as pieces,
        arg_max(price, place) filter (event_type = 'add_to_cart') as last_price
    from session_events
    where event_type in ('add_to_cart', 'remove_from_cart')
    group by session, product_id
    having pieces > 0
),

carts as (
    select session, count(*) as product_count, sum(pieces * last_price) as value_amount
    from left_in_cart
    group by session
)

select
    session_date,
    traffic_source,
    device_type,
    count(*) as cart_count,
    sum(product_count) as product_count,
    sum(value_amount) as value_amount
from carts
inner join sessions using (session)
where has_carted and not has_bought and not is_bot
group by all;

-- the versions of users and products that the lines tell
create or replace temp view oracle_user_versions as
with versions as (
    select distinct
        user_id,
        updated_at::timestamp as updated_at,
        country,
        region,
        city,
        loyalty_tier,
        is_deleted = 'true' as is_deleted
    from user_lines
    where landed_date <= getvariable('as_of')
)

select
    user_id,
    row_number() over owner as version_number,
    updated_at,
    case when version_number > 1 then updated_at end as valid_from,
    lead(updated_at) over owner as valid_to,
    country,
    region,
    city,
    loyalty_tier,
    is_deleted
from versions
window owner as (partition by user_id order by updated_at);

create or replace temp view oracle_product_versions as
with versions as (
    select distinct
        product_id,
        updated_at::timestamp as updated_at,
        price::decimal(18, 2) as list_price,
        is_deleted = 'true' as is_deleted
    from product_lines
    where landed_date <= getvariable('as_of')
)

select
    product_id,
    row_number() over owner as version_number,
    updated_at,
    case when version_number > 1 then updated_at end as valid_from,
    lead(updated_at) over owner as valid_to,
    list_price,
    is_deleted
from versions
window owner as (partition by product_id order by updated_at);

-- each order line as its latest landed status says; a cancelled one counts for nothing
create or replace temp table lines_of_orders as
select
    order_id,
    order_line,
    user_id,
    product_id,
    ordered_at::timestamp as ordered_at,
    ordered_at::date as order_date,
    status = 'cancelled' as is_cancelled,
    if(is_cancelled, 0, quantity::bigint * unit_price::decimal(18, 2)) as gross_amount,
    if(is_cancelled, 0, discount_amount::decimal(18, 2)) as discount_amount,
    if(
        status = 'returned',
        quantity::bigint * unit_price::decimal(18, 2) - discount_amount::decimal(18, 2),
        0
    ) as refund_amount
from order_lines
where landed_date <= getvariable('as_of')
qualify
    row_number() over (
        partition by order_id, order_line order by updated_at::timestamp desc, place
    ) = 1;

create or replace temp view oracle_sales_daily as
with categories as (
    select product_id, arg_max(category, updated_at) as category
    from product_lines
    where landed_date <= getvariable('as_of')
    group by product_id
)

select
    order_date,
    coalesce(category, 'unknown') as category,
    coalesce(region, 'unknown') as region,
    count(*) as order_line_count,
    sum(gross_amount) as gross_amount,
    sum(discount_amount) as discount_amount,
    sum(refund_amount) as refund_amount,
    sum(gross_amount - discount_amount - refund_amount) as net_amount
from lines_of_orders as line
left join categories using (product_id)
left join oracle_user_versions as version
    on
        line.user_id = version.user_id
        and line.ordered_at >= coalesce(version.valid_from, '-infinity'::timestamp)
        and line.ordered_at < coalesce(version.valid_to, 'infinity'::timestamp)
group by all;

create or replace temp table orders as
select
    order_id,
    user_id,
    min(ordered_at) as ordered_at,
    min(order_date) as order_date,
    bool_and(is_cancelled) as is_cancelled
from lines_of_orders
group by order_id, user_id;

create or replace temp view oracle_orders_daily as
select
    order_date,
    count(*) as order_count,
    count(*) filter (is_cancelled) as cancelled_order_count
from orders
group by order_date;

create or replace temp view customer_days as
select distinct
    user_id,
    order_date,
    min(order_date) over (partition by user_id) as first_date
from orders
where not is_cancelled;

create or replace temp view oracle_customers_daily as
select
    order_date,
    count(*) as customer_count,
    count(*) filter (order_date = first_date) as new_customer_count,
    count(*) filter (order_date > first_date) as returning_customer_count
from customer_days
group by order_date;

create or replace temp view oracle_cohorts as
select
    date_trunc('month', first_date)::date as cohort_month,
    date_diff('month', first_date, order_date) as months_since,
    count(distinct user_id) as customer_count
from customer_days
group by all;

create or replace temp view oracle_user_totals as
select
    user_id,
    count(distinct order_id) filter (not is_cancelled) as order_count,
    sum(gross_amount) as gross_amount,
    sum(discount_amount) as discount_amount,
    sum(refund_amount) as refund_amount,
    sum(gross_amount - discount_amount - refund_amount) as net_amount,
    min(ordered_at) filter (not is_cancelled) as first_ordered_at,
    max(ordered_at) filter (not is_cancelled) as last_ordered_at
from lines_of_orders
group by user_id;

-- every known order, its touchpoints, and what each gets of it
create or replace temp view oracle_attribution as
with touchpoints as (
    select
        orders.order_id,
        orders.ordered_at,
        sessions.started_at,
        sessions.traffic_source,
        row_number() over by_time as touchpoint,
        count(*) over (partition by orders.order_id) as touchpoint_count,
        0.5::double ^ (
            date_diff('millisecond', sessions.started_at, orders.ordered_at) // (7 * 86400000)
        ) as weight
    from orders
    inner join sessions
        on
            orders.user_id = sessions.user_id
            and sessions.started_at <= orders.ordered_at
            and sessions.started_at >= orders.ordered_at - to_days(getvariable('window_days'))
    where not sessions.is_bot
    window by_time as (
        partition by orders.order_id order by sessions.started_at, sessions.session
    )
),

lasts as (
    select
        *,
        coalesce(
            max(touchpoint) filter (traffic_source <> 'direct') over (partition by order_id),
            touchpoint_count
        ) as last_non_direct,
        sum(weight) over (partition by order_id) as whole_weight
    from touchpoints
)

select
    order_id,
    started_at as session_started_at,
    traffic_source,
    touchpoint,
    touchpoint_count,
    if(touchpoint = 1, 1.0::double, 0) as first_credit,
    if(touchpoint = touchpoint_count, 1.0::double, 0) as last_credit,
    if(touchpoint = last_non_direct, 1.0::double, 0) as last_non_direct_credit,
    1 / touchpoint_count as linear_credit,
    case
        when touchpoint_count = 1 then 1.0::double
        when touchpoint_count = 2 then 0.5
        when touchpoint in (1, touchpoint_count) then 0.4
        else 0.2 / (touchpoint_count - 2)
    end as position_based_credit,
    weight / whole_weight as time_decay_credit
from lasts;
