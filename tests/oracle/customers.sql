-- Customers: what users do and buy, who comes back, and what customers are worth.

create table user_engagement as
select
    source_system,
    user_id,
    min(event_date) as first_active_date,
    max(event_date) as last_active_date,
    count(distinct event_date) as active_day_count,
    count(*) as event_count,
    count(*) filter (event_type = 'view') as view_count,
    count(*) filter (event_type = 'wishlist') as wishlist_count,
    count(*) filter (event_type = 'add_to_cart') as add_to_cart_count,
    count(*) filter (event_type = 'remove_from_cart') as remove_from_cart_count,
    count(*) filter (event_type = 'purchase') as purchase_count,
    count(*) filter (event_type = 'return') as return_count,
    sum(revenue_amount) as revenue_amount,
    rate_of(add_to_cart_count, view_count) as view_to_cart_rate,
    rate_of(purchase_count, add_to_cart_count) as cart_to_purchase_rate
from events_of_users
group by all;

-- Orders of known users that were not cancelled. One counts where goods were sold; else it only
-- books returned goods, and matters for the money alone.
create table orders_of_users as
select
    orders.source_system,
    orders.order_date,
    orders.order_id,
    orders.user_id,
    orders.ordered_at,
    orders.gross_amount,
    orders.discount_amount,
    orders.refund_amount,
    orders.net_amount,
    bool_or(line.quantity > 0 and line.status <> 'cancelled') as counts
from fct_orders as orders
inner join fct_order_lines as line using (source_system, order_date, order_id)
where orders.user_id is not null and not orders.is_cancelled
group by all;

create table user_metrics as
with favourites as (
    select
        source_system,
        user_id,
        coalesce(category, 'unknown') as category,
        sum(quantity) as pieces
    from fct_order_lines
    left join latest_categories using (source_system, product_id)
    where status <> 'cancelled' and quantity > 0
    group by source_system, user_id, coalesce(category, 'unknown')
    qualify
        row_number() over (
            partition by source_system, user_id
            order by sum(quantity) desc, coalesce(category, 'unknown')
        ) = 1
),

cancelled as (
    select
        source_system,
        user_id,
        count(*) as cancelled_order_count
    from fct_orders
    where user_id is not null and is_cancelled
    group by all
),

bought as (
    select
        source_system,
        user_id,
        count(*) filter (counts) as order_count,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(refund_amount) as refund_amount,
        sum(net_amount) as net_amount,
        min(ordered_at) filter (counts) as first_ordered_at,
        max(ordered_at) filter (counts) as last_ordered_at
    from orders_of_users
    group by all
)

select
    source_system,
    user_id,
    coalesce(order_count, 0) as order_count,
    coalesce(cancelled_order_count, 0) as cancelled_order_count,
    coalesce(gross_amount, 0) as gross_amount,
    coalesce(discount_amount, 0) as discount_amount,
    coalesce(refund_amount, 0) as refund_amount,
    coalesce(net_amount, 0) as net_amount,
    if(order_count > 0, share_of(net_amount, 1, order_count), null) as average_order_amount,
    first_ordered_at,
    last_ordered_at,
    favourites.category as favourite_category,
    if(
        order_count > 1,
        (last_ordered_at::date - first_ordered_at::date) / (order_count - 1),
        null
    ) as average_days_between_orders
from bought
full join cancelled using (source_system, user_id)
left join favourites using (source_system, user_id);

-- each customer's first order that counts, and what is known as of the date
create table orders_as_of as
select
    orders_of_users.*,
    as_of_date,
    min(order_date) filter (counts) over (partition by source_system, user_id) as first_date
from orders_of_users
inner join as_of_dates using (source_system)
where order_date <= as_of_date;

create table cohort_retention as
with cohorts as (
    select
        source_system,
        date_trunc('month', first_date)::date as cohort_month,
        as_of_date,
        count(distinct user_id) as cohort_customer_count
    from orders_as_of
    where first_date is not null
    group by all
),

months as (
    select
        *,
        unnest(range(0, date_diff('month', cohort_month, as_of_date) + 1)) as months_since
    from cohorts
),

bought as (
    select
        source_system,
        date_trunc('month', first_date)::date as cohort_month,
        date_diff('month', first_date, order_date) as months_since,
        count(distinct user_id) filter (counts) as customer_count,
        count(*) filter (counts) as order_count,
        sum(net_amount) as net_amount
    from orders_as_of
    where order_date >= first_date
    group by all
)

select
    source_system,
    cohort_month,
    months_since,
    cohort_customer_count,
    coalesce(customer_count, 0) as customer_count,
    coalesce(customer_count, 0) / cohort_customer_count as retention_rate,
    coalesce(order_count, 0) as order_count,
    coalesce(net_amount, 0) as net_amount
from months
left join bought using (source_system, cohort_month, months_since);

create table rfm_segments as
with dates as (
    select
        source_system,
        user_id,
        unnest(
            list_distinct(
                list_append(
                    list_filter(
                        list_transform(
                            range(0, date_diff('month', first_date, as_of_date) + 1),
                            lambda months: last_day(first_date + to_months(months::int))
                        ),
                        lambda month_end: month_end < as_of_date
                    ),
                    as_of_date
                )
            )
        ) as as_of_date
    from (
        select distinct
            source_system,
            user_id,
            first_date,
            as_of_date
        from orders_as_of
        where first_date is not null
    )
),

measured as (
    select
        dates.source_system,
        dates.as_of_date,
        dates.user_id,
        dates.as_of_date - max(order_date) filter (counts) as recency_days,
        count(*) filter (counts) as order_count,
        sum(net_amount) as net_amount
    from dates
    inner join orders_as_of
        on
            dates.source_system = orders_as_of.source_system
            and dates.user_id = orders_as_of.user_id
            and dates.as_of_date >= orders_as_of.order_date
    group by dates.source_system, dates.as_of_date, dates.user_id
),

scored as (
    select
        *,
        ceil(5 * cume_dist() over (
            partition by source_system, as_of_date order by recency_days desc
        ))::int as recency_score,
        ceil(5 * cume_dist() over (
            partition by source_system, as_of_date order by order_count
        ))::int as frequency_score,
        ceil(5 * cume_dist() over (
            partition by source_system, as_of_date order by net_amount
        ))::int as monetary_score
    from measured
)

select
    scored.*,
    (frequency_score + monetary_score + 1) // 2 as frequency_monetary_score,
    segment_name
from scored
inner join seed_rfm_segment_names as names
    on
        scored.recency_score = names.recency_score
        and (frequency_score + monetary_score + 1) // 2 = names.frequency_monetary_score;

create table customer_lifetime_value as
with customers as (
    select
        source_system,
        user_id,
        as_of_date,
        as_of_date - max(order_date) filter (counts) <= 30 as is_active,
        greatest(
            30,
            if(is_active, as_of_date, max(order_date) filter (counts)) - first_date + 1
        ) as tenure_days,
        count(*) filter (counts) as order_count,
        sum(net_amount) as net_amount
    from orders_as_of
    where first_date is not null
    group by source_system, user_id, as_of_date, first_date
),

shops as (
    select
        source_system,
        count(*) filter (not is_active) as lapsed_count,
        sum(tenure_days) as all_tenure_days
    from customers
    group by all
)

select
    source_system,
    user_id,
    as_of_date,
    is_active,
    tenure_days,
    order_count,
    net_amount,
    share_of(net_amount, 1, order_count) as average_order_amount,
    order_count / (tenure_days / 30) as orders_per_month,
    lapsed_count / (all_tenure_days / 30) as monthly_churn_rate,
    -- net revenue a month, over the churn rate of a month
    case
        when lapsed_count = 0 then null
        when not is_active or net_amount < 0 then 0
        else share_of(net_amount, all_tenure_days::hugeint, tenure_days * lapsed_count)
    end as expected_remaining_amount,
    net_amount + expected_remaining_amount as lifetime_value_amount
from customers
inner join shops using (source_system);

create table user_demographics_activity as
with users as (
    select
        source_system,
        user_id
    from dim_users
    where user_id <> 'unknown'
    union
    select
        source_system,
        user_id
    from user_engagement
    union
    select
        source_system,
        user_id
    from user_metrics
),

told as (
    select
        source_system,
        user_id,
        gender,
        region,
        loyalty_tier,
        as_of_date,
        case
            when birth_date <= as_of_date then date_sub('year', birth_date, as_of_date)
        end as age,
        greatest(last_active_date, last_ordered_at::date) as last_date,
        order_count,
        net_amount
    from users
    inner join as_of_dates using (source_system)
    left join (from dim_users where is_current) using (source_system, user_id)
    left join user_engagement using (source_system, user_id)
    left join user_metrics using (source_system, user_id)
)

select
    source_system,
    case
        when age is null then 'unknown'
        when age < 18 then 'under 18'
        when age < 25 then '18-24'
        when age < 35 then '25-34'
        when age < 45 then '35-44'
        when age < 55 then '45-54'
        when age < 65 then '55-64'
        else '65 and over'
    end as age_band,
    coalesce(gender, 'unknown') as gender,
    coalesce(region, 'unknown') as region,
    coalesce(loyalty_tier, 'unknown') as loyalty_tier,
    count(*) as user_count,
    count(*) filter (as_of_date - last_date <= 30) as recently_active_user_count,
    count(*) filter (order_count > 0) as customer_count,
    coalesce(sum(order_count), 0) as order_count,
    coalesce(sum(net_amount), 0) as net_amount
from told
group by all;

create table average_spend_per_session as
select
    source_system,
    coalesce(session.user_id, visitor_users.user_id) as user_id,
    count(*) as session_count,
    count(*) filter (is_converted) as converted_session_count,
    sum(revenue_amount) as revenue_amount,
    coalesce(sum(revenue_amount) filter (is_converted), 0) as converted_revenue_amount,
    share_of(sum(revenue_amount), 1, count(*)) as average_session_amount,
    share_of(
        sum(revenue_amount) filter (is_converted), 1, count(*) filter (is_converted)
    ) as average_converted_session_amount
from fct_sessions as session
left join visitor_users using (source_system, visitor_id)
where not is_bot and coalesce(session.user_id, visitor_users.user_id) is not null
group by source_system, coalesce(session.user_id, visitor_users.user_id);
