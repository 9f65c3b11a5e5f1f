{{ config(
    materialized='incremental',
    partition_by=['as_of_date'],
) }}

{% set rebuild = rebuild_if_changed([ref('fct_orders'), ref('as_of_dates')], contents=[ref('rfm_segment_names')]) %}

{{ overwrites(none, rebuild) }}

with

orders as (
    select
        source_system,
        user_id,
        order_date,
        trunc(order_date, 'month') as order_month,
        is_purchase,
        net_amount
    from {{ ref('fct_orders') }}
    where
        user_id is not null
        and not is_cancelled
),

as_of_dates as (
    select
        source_system,
        as_of_date as latest_date,
        trunc(as_of_date, 'month') as latest_month
    from {{ ref('as_of_dates') }}
),

segment_names as (
    select
        recency_score,
        frequency_monetary_score,
        segment_name
    from {{ ref('rfm_segment_names') }}
),

-- one row per month, so that few rows are repeated for the month ends after it
user_months as (
    select
        orders.source_system,
        orders.user_id,
        orders.order_month,
        as_of_dates.latest_month,
        as_of_dates.latest_date,
        count_if(orders.is_purchase) as order_count,
        max(if(orders.is_purchase, orders.order_date, null)) as last_order_date,
        sum(orders.net_amount) as net
    from orders
    inner join as_of_dates
        on orders.source_system = as_of_dates.source_system
    where orders.order_date <= as_of_dates.latest_date
    group by
        orders.source_system,
        orders.user_id,
        orders.order_month,
        as_of_dates.latest_month,
        as_of_dates.latest_date
),

-- a month counts for its own end and all later ones; the last month ends with the as-of date
known_months as (
    select
        source_system,
        user_id,
        least(last_day(known_month), latest_date) as as_of_date,
        order_count,
        last_order_date,
        net
    from user_months
        lateral view explode(sequence(order_month, latest_month, interval 1 month)) as known_month
),

customers as (
    select
        source_system,
        as_of_date,
        user_id,
        cast(datediff(as_of_date, max(last_order_date)) as bigint) as recency_days,
        sum(order_count) as order_count,
        cast(sum(net) as decimal(18, 4)) as net_amount
    from known_months
    group by source_system, as_of_date, user_id
    having sum(order_count) > 0
),

-- equal values have one cumulative distribution, so that ties share a score
scores as (
    select
        source_system,
        as_of_date,
        user_id,
        recency_days,
        order_count,
        net_amount,
        cast(
            ceil(5 * cume_dist() over (partition by source_system, as_of_date order by recency_days desc)) as int
        ) as recency_score,
        cast(
            ceil(5 * cume_dist() over (partition by source_system, as_of_date order by order_count asc)) as int
        ) as frequency_score,
        cast(
            ceil(5 * cume_dist() over (partition by source_system, as_of_date order by net_amount asc)) as int
        ) as monetary_score
    from customers
),

-- the mean of both scores, a half counting up
graded as (
    select
        *,
        cast(ceil((frequency_score + monetary_score) / 2) as int) as frequency_monetary_score
    from scores
),

final as (
    select
        graded.source_system,
        graded.as_of_date,
        graded.user_id,
        graded.recency_days,
        graded.order_count,
        graded.net_amount,
        graded.recency_score,
        graded.frequency_score,
        graded.monetary_score,
        graded.frequency_monetary_score,
        segment_names.segment_name
    from graded
    left join segment_names
        on
            graded.recency_score = segment_names.recency_score
            and graded.frequency_monetary_score = segment_names.frequency_monetary_score
)

select * from final
