-- Products: how categories and products did, what is bought together, and what things cost.

create view events_of_categories as
select
    source_system,
    event_date as activity_date,
    coalesce(category, 'unknown') as category,
    event_type,
    revenue_amount
from human_events
left join latest_categories using (source_system, product_id)
where product_id is not null;

create table category_performance as
with products as (
    select
        source_system,
        event_date as activity_date,
        coalesce(category, 'unknown') as category,
        count(distinct product_id) as product_count
    from human_events
    left join latest_categories using (source_system, product_id)
    where product_id is not null
    group by all
),

sales as (
    select
        source_system,
        order_date as activity_date,
        coalesce(category, 'unknown') as category,
        count(*) as order_line_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount
    from fct_order_lines
    left join latest_categories using (source_system, product_id)
    group by all
)

select
    source_system,
    activity_date,
    category,
    columns(* exclude (source_system, activity_date, category, exit_count)),
from counted('events_of_categories')
full join products using (source_system, activity_date, category)
full join sales using (source_system, activity_date, category);

-- what is not there was nothing
update category_performance
set
    product_count = coalesce(product_count, 0),
    event_count = coalesce(event_count, 0),
    view_count = coalesce(view_count, 0),
    wishlist_count = coalesce(wishlist_count, 0),
    add_to_cart_count = coalesce(add_to_cart_count, 0),
    remove_from_cart_count = coalesce(remove_from_cart_count, 0),
    purchase_count = coalesce(purchase_count, 0),
    return_count = coalesce(return_count, 0),
    revenue_amount = coalesce(revenue_amount, 0),
    order_line_count = coalesce(order_line_count, 0),
    gross_amount = coalesce(gross_amount, 0),
    discount_amount = coalesce(discount_amount, 0),
    refund_amount = coalesce(refund_amount, 0),
    net_amount = coalesce(net_amount, 0);

create table product_conversion as
select
    source_system,
    product_id,
    min(event_date) as first_event_date,
    max(event_date) as last_event_date,
    count(*) filter (event_type = 'view') as view_count,
    count(*) filter (event_type = 'add_to_cart') as add_to_cart_count,
    count(*) filter (event_type = 'purchase') as purchase_count,
    count(*) filter (event_type = 'return') as return_count,
    sum(revenue_amount) as revenue_amount,
    rate_of(add_to_cart_count, view_count) as view_to_cart_rate,
    rate_of(purchase_count, add_to_cart_count) as cart_to_purchase_rate,
    rate_of(purchase_count, view_count) as view_to_purchase_rate,
    rate_of(return_count, purchase_count) as purchase_to_return_rate
from human_events
where product_id is not null
group by all;

create table product_leaderboard as
with measured as (
    select
        source_system,
        as_of_date,
        product_id,
        event_date,
        unnest([
            {'metric': 'sold', 'value': (event_type = 'purchase')::int::decimal(18, 4)},
            {'metric': 'viewed', 'value': (event_type = 'view')::int},
            {'metric': 'wishlisted', 'value': (event_type = 'wishlist')::int},
            {'metric': 'returned', 'value': (event_type = 'return')::int},
            {'metric': 'revenue', 'value': revenue_amount}
        ], recursive := true)
    from human_events
    inner join as_of_dates using (source_system)
    where product_id is not null
),

-- how many windows of the length lie between the date and the as-of date: 0 is this one, 1 the last
placed as (
    select
        *,
        (as_of_date - event_date) // window_days as windows_ago
    from measured
    cross join (values (1), (7), (30)) as windows (window_days)
    where event_date <= as_of_date
),

summed as (
    select
        source_system,
        as_of_date,
        window_days,
        metric,
        windows_ago,
        product_id,
        sum(value) as metric_value
    from placed
    where windows_ago < 2
    group by all
    having sum(value) > 0
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, window_days, metric, windows_ago
            order by metric_value desc, product_id
        ) as product_rank
    from summed
)

select
    now.source_system,
    now.as_of_date,
    now.window_days,
    now.metric,
    now.product_rank,
    now.product_id,
    coalesce(latest_categories.product_name, 'unknown') as product_name,
    now.metric_value,
    before.product_rank as previous_product_rank,
    before.product_rank - now.product_rank as rank_movement
from ranked as now
left join ranked as before
    on
        before.windows_ago = 1
        and now.source_system = before.source_system
        and now.window_days = before.window_days
        and now.metric = before.metric
        and now.product_id = before.product_id
left join latest_categories
    on
        now.source_system = latest_categories.source_system
        and now.product_id = latest_categories.product_id
where now.windows_ago = 0 and now.product_rank <= 100;

-- products of an order that were bought, whatever was sent back later
create table product_affinity as
with bought as (
    select distinct
        source_system,
        order_date,
        order_id,
        product_id
    from fct_order_lines
    where status <> 'cancelled' and quantity > 0
),

all_orders as (
    select
        source_system,
        count(distinct (order_date, order_id)) as all_order_count
    from bought
    group by all
),

orders_of_products as (
    select
        source_system,
        product_id,
        count(*) as order_count
    from bought
    group by all
),

pairs as (
    select
        one.source_system,
        one.product_id,
        other.product_id as paired_product_id,
        count(*) as pair_order_count
    from bought as one
    inner join bought as other using (source_system, order_date, order_id)
    where one.product_id < other.product_id
    group by all
    having count(*) >= 2
)

select
    pairs.*,
    first.order_count as product_order_count,
    second.order_count as paired_product_order_count,
    all_order_count,
    pair_order_count / all_order_count as support_rate,
    pair_order_count / first.order_count as confidence_rate,
    pair_order_count / second.order_count as reverse_confidence_rate,
    pair_order_count * all_order_count / (first.order_count * second.order_count) as lift
from pairs
inner join all_orders using (source_system)
inner join orders_of_products as first
    on pairs.source_system = first.source_system and pairs.product_id = first.product_id
inner join orders_of_products as second
    on pairs.source_system = second.source_system and pairs.paired_product_id = second.product_id;

-- a period ends with another price or with the deletion of the product
create table price_history as
with versions as (
    select
        *,
        is_deleted is distinct from lag(is_deleted) over history
        or list_price is distinct from lag(list_price) over history as begins
    from dim_products
    where product_version_id <> 'unknown'
    window history as (partition by source_system, product_id order by version_number)
),

numbered as (
    select
        *,
        sum(begins::int) over (
            partition by source_system, product_id order by version_number
            rows unbounded preceding
        ) as period
    from versions
),

periods as (
    select
        source_system,
        product_id,
        last(product_name order by version_number) as product_name,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        any_value(list_price) as list_price,
        last(cost_price order by version_number) as cost_price
    from numbered
    where not is_deleted
    group by source_system, product_id, period
)

select
    *,
    lag(list_price) over history as previous_price,
    (list_price - lag(list_price) over history) / lag(list_price) over history
        as price_change_ratio
from periods
window history as (partition by source_system, product_id order by valid_from);
