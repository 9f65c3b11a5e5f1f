-- Behaviour: the ways through the shop, carts that were left, and what brings orders.

create table person_events as
select
    event.*,
    row_number() over (
        partition by source_system, session_id order by event_at, event.event_id
    ) as place
from fct_events as event
inner join (select source_system, session_id from fct_sessions where not is_bot)
    using (source_system, session_id);

create table session_paths as
with steps as (
    select
        *,
        event_type is distinct from lag(event_type) over (
            partition by source_system, session_id order by place
        ) as is_step
    from person_events
),

paths as (
    select
        source_system,
        session_id,
        string_agg(event_type, ' > ' order by place) filter (is_step) as path,
        count(*) filter (is_step) as step_count,
        count(*) as event_count,
        list(
            event_type || ' ' || strftime(event_at, '%Y-%m-%d %H:%M:%S.%g') order by place
        ) filter (is_step) as steps
    from steps
    group by all
)

select
    source_system,
    session_id,
    session_date,
    traffic_source,
    device_type,
    entry_page_url,
    exit_page_url,
    path,
    step_count,
    paths.event_count,
    steps
from paths
inner join fct_sessions using (source_system, session_id);

create table funnel_steps as
with viewed as (
    select
        source_system,
        session_id,
        min(place) as place,
        min(event_at) as viewed_at
    from person_events
    where event_type = 'view'
    group by all
),

carted as (
    select
        source_system,
        session_id,
        min(event.place) as place,
        min(event_at) as carted_at
    from person_events as event
    inner join viewed using (source_system, session_id)
    where event_type = 'add_to_cart' and event.place > viewed.place
    group by all
),

purchased as (
    select
        source_system,
        session_id,
        min(event_at) as purchased_at
    from person_events as event
    inner join carted using (source_system, session_id)
    where event_type = 'purchase' and event.place > carted.place
    group by all
)

select
    source_system,
    session_id,
    session_date,
    traffic_source,
    device_type,
    viewed_at is not null as has_viewed,
    carted_at is not null as has_carted,
    purchased_at is not null as has_purchased,
    viewed_at,
    carted_at,
    purchased_at,
    date_diff('second', viewed_at, carted_at) as view_to_cart_seconds,
    date_diff('second', carted_at, purchased_at) as cart_to_purchase_seconds
from fct_sessions
left join viewed using (source_system, session_id)
left join carted using (source_system, session_id)
left join purchased using (source_system, session_id)
where not is_bot;

create table funnel_daily as
select
    source_system,
    session_date,
    traffic_source,
    device_type,
    count(*) as session_count,
    count(viewed_at) as viewed_count,
    count(carted_at) as carted_count,
    count(purchased_at) as purchased_count,
    rate_of(carted_count, viewed_count) as viewed_to_carted_rate,
    rate_of(purchased_count, carted_count) as carted_to_purchased_rate,
    rate_of(purchased_count, viewed_count) as viewed_to_purchased_rate,
    quantile_cont(view_to_cart_seconds::double, 0.5) as view_to_cart_seconds_median,
    quantile_cont(view_to_cart_seconds::double, 0.9) as view_to_cart_seconds_90th_percentile,
    quantile_cont(cart_to_purchase_seconds::double, 0.5) as cart_to_purchase_seconds_median,
    quantile_cont(cart_to_purchase_seconds::double, 0.9)
        as cart_to_purchase_seconds_90th_percentile
from funnel_steps
group by all;

-- of each product what was put in less what was taken out, at the price of the last addition
create table abandoned_cart_contents as
with left_over as (
    select
        source_system,
        session_id,
        product_id,
        sum(if(event_type = 'add_to_cart', 1, -1) * coalesce(quantity, 1)) as pieces,
        last(unit_price order by place) filter (event_type = 'add_to_cart') as price
    from person_events
    where event_type in ('add_to_cart', 'remove_from_cart')
    group by all
    having pieces > 0
),

carts as (
    select
        source_system,
        session_id,
        list(product_id order by product_id) as product_ids,
        count(*) as product_count,
        sum(pieces) as item_count,
        sum(pieces * price) as value_amount
    from left_over
    group by all
)

select
    source_system,
    session_id,
    session_date,
    traffic_source,
    device_type,
    visitor_id,
    user_id,
    user_version_id,
    ended_at as last_activity_at,
    product_ids,
    carts.product_count,
    item_count,
    value_amount
from carts
inner join fct_sessions using (source_system, session_id)
where is_abandoned;

-- two joins, each by one id: an `or` between them would compare every cart with every purchase
create table cart_recoveries as
with purchases as (
    select source_system, visitor_id, user_id, product_id, event_at, event_date
    from human_events
    where event_type = 'purchase'
),

bought_later as (
    select cart.*, event_at, event_date, purchases.product_id
    from abandoned_cart_contents as cart
    inner join purchases using (source_system, visitor_id)
    union all
    select cart.*, event_at, event_date, purchases.product_id
    from abandoned_cart_contents as cart
    inner join purchases using (source_system, user_id)
)

select
    source_system,
    session_id,
    event_date as recovered_date,
    min(event_at) as recovered_at
from bought_later
where
    list_contains(product_ids, product_id)
    and event_at > last_activity_at
    and event_at <= last_activity_at + interval 30 days
group by all;

create table abandoned_carts as
with recovered as (
    select
        source_system,
        session_id,
        min(recovered_at) as recovered_at
    from cart_recoveries
    group by all
)

select
    cart.*,
    as_of_date,
    greatest(
        epoch_ms((as_of_date + interval 1 day)::timestamp - last_activity_at) // 60000, 0
    ) as minutes_since_activity,
    recovered_at is not null as is_recovered,
    recovered_at
from abandoned_cart_contents as cart
inner join as_of_dates using (source_system)
left join recovered using (source_system, session_id);

create table user_behavior as
with records as (
    select
        source_system,
        event_date as happened_date,
        'event' as record_kind,
        event_id as record_id,
        event_at as happened_at,
        event_type as action,
        session_id,
        visitor_id,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        order_id,
        quantity,
        unit_price,
        revenue_amount,
        traffic_source,
        device_type
    from human_events
    union all by name
    select
        source_system,
        order_date as happened_date,
        'order_line' as record_kind,
        order_line_id as record_id,
        ordered_at as happened_at,
        status as action,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        order_id,
        quantity,
        unit_price,
        net_amount
    from fct_order_lines
)

select
    records.*,
    person.name as user_name,
    person.region,
    person.loyalty_tier,
    product.product_name,
    product.brand,
    product.category
from records
left join dim_users as person using (user_version_id)
left join dim_products as product using (product_version_id);

-- the sessions in which the buyer logged in first, begun within 30 days before the order
create table touchpoints as
select
    orders.source_system,
    orders.order_id,
    orders.order_date,
    row_number() over (
        partition by orders.source_system, orders.order_date, orders.order_id
        order by session.started_at, session.session_id
    ) as touchpoint_number,
    count(*) over (
        partition by orders.source_system, orders.order_date, orders.order_id
    ) as touchpoint_count,
    session.session_id,
    session.started_at as session_started_at,
    session.traffic_source,
    session.device_type,
    orders.user_id,
    orders.ordered_at,
    orders.net_amount,
    source.is_direct,
    epoch_us(orders.ordered_at - session.started_at) // (7 * 86400000000) as full_weeks
from fct_orders as orders
inner join fct_sessions as session
    on
        orders.source_system = session.source_system
        and orders.user_id = session.user_id
        and session.started_at <= orders.ordered_at
        and session.started_at >= orders.ordered_at - interval 30 days
inner join dim_traffic_sources as source using (traffic_source)
where not session.is_bot;

-- of each model the share of a touchpoint and of all those up to it, as whole numbers of parts
create table credited_parts as
with placed as (
    select
        *,
        touchpoint_number as number,
        touchpoint_count as total,
        coalesce(
            max(touchpoint_number) filter (not is_direct) over whole_order, touchpoint_count
        ) as last_non_direct,
        -- 30 days have at most 4 full weeks
        2 ^ (4 - full_weeks) as weight
    from touchpoints
    window whole_order as (partition by source_system, order_date, order_id)
)

select
    * exclude (is_direct, full_weeks, last_non_direct, weight, number, total),
    1 as first_parts,
    1 as first_whole,
    (number = total)::int as last_parts,
    1 as last_whole,
    (number >= last_non_direct)::int as last_non_direct_parts,
    1 as last_non_direct_whole,
    number as linear_parts,
    total as linear_whole,
    case
        when number = total then 10 * greatest(total - 2, 1)
        when total = 2 then 5
        else 4 * (total - 2) + 2 * (number - 1)
    end as position_based_parts,
    10 * greatest(total - 2, 1) as position_based_whole,
    sum(weight) over (
        partition by source_system, order_date, order_id order by number
    )::bigint as time_decay_parts,
    sum(weight) over (
        partition by source_system, order_date, order_id
    )::bigint as time_decay_whole
from placed;

-- A touchpoint's amount is the rounded amount of all up to it, less that of those before.
create table attribution as
select
    source_system,
    order_id,
    order_date,
    touchpoint_number,
    touchpoint_count,
    session_id,
    session_started_at,
    traffic_source,
    device_type,
    user_id,
    ordered_at,
    (first_parts - coalesce(lag(first_parts) over by_time, 0)) / first_whole as first_credit,
    (last_parts - coalesce(lag(last_parts) over by_time, 0)) / last_whole as last_credit,
    (last_non_direct_parts - coalesce(lag(last_non_direct_parts) over by_time, 0)) / last_non_direct_whole as last_non_direct_credit,
    (linear_parts - coalesce(lag(linear_parts) over by_time, 0)) / linear_whole as linear_credit,
    (position_based_parts - coalesce(lag(position_based_parts) over by_time, 0)) / position_based_whole as position_based_credit,
    (time_decay_parts - coalesce(lag(time_decay_parts) over by_time, 0)) / time_decay_whole as time_decay_credit,
    share_of(net_amount, first_parts, first_whole)
    - coalesce(share_of(net_amount, lag(first_parts) over by_time, first_whole), 0)
        as first_credited_amount,
    share_of(net_amount, last_parts, last_whole)
    - coalesce(share_of(net_amount, lag(last_parts) over by_time, last_whole), 0)
        as last_credited_amount,
    share_of(net_amount, last_non_direct_parts, last_non_direct_whole)
    - coalesce(share_of(net_amount, lag(last_non_direct_parts) over by_time, last_non_direct_whole), 0)
        as last_non_direct_credited_amount,
    share_of(net_amount, linear_parts, linear_whole)
    - coalesce(share_of(net_amount, lag(linear_parts) over by_time, linear_whole), 0)
        as linear_credited_amount,
    share_of(net_amount, position_based_parts, position_based_whole)
    - coalesce(share_of(net_amount, lag(position_based_parts) over by_time, position_based_whole), 0)
        as position_based_credited_amount,
    share_of(net_amount, time_decay_parts, time_decay_whole)
    - coalesce(share_of(net_amount, lag(time_decay_parts) over by_time, time_decay_whole), 0)
        as time_decay_credited_amount
from credited_parts
window by_time as (
    partition by source_system, order_date, order_id order by touchpoint_number
);
