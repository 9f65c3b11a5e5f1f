{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('fct_orders'), ref('as_of_dates')]) %}

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
        as_of_date
    from {{ ref('as_of_dates') }}
),

known_orders as (
    select
        orders.*,
        trunc(as_of_dates.as_of_date, 'month') as latest_month,
        min(if(orders.is_purchase, orders.order_date, null)) over (
            partition by orders.source_system, orders.user_id
        ) as first_order_date
    from orders
    inner join as_of_dates
        on orders.source_system = as_of_dates.source_system
    where orders.order_date <= as_of_dates.as_of_date
),

-- goods that come back before the first known purchase were bought before the logs begin
customer_months as (
    select
        source_system,
        user_id,
        order_month,
        latest_month,
        trunc(first_order_date, 'month') as cohort_month,
        count_if(is_purchase) as order_count,
        sum(net_amount) as net
    from known_orders
    where order_date >= first_order_date
    group by
        source_system,
        user_id,
        order_month,
        latest_month,
        trunc(first_order_date, 'month')
),

cohort_months as (
    select
        source_system,
        cohort_month,
        latest_month,
        12 * (year(order_month) - year(cohort_month))
        + month(order_month) - month(cohort_month) as months_since,
        count_if(order_count > 0) as customer_count,
        sum(order_count) as order_count,
        cast(sum(net) as decimal(18, 4)) as net_amount
    from customer_months
    group by
        source_system,
        cohort_month,
        latest_month,
        12 * (year(order_month) - year(cohort_month)) + month(order_month) - month(cohort_month)
),

-- all of a cohort buy in its first month; months in which none of them comes back are shown too
all_months as (
    select
        source_system,
        cohort_month,
        customer_count as cohort_customer_count,
        month_number as months_since
    from cohort_months
        lateral view explode(sequence(
            0,
            12 * (year(latest_month) - year(cohort_month)) + month(latest_month) - month(cohort_month)
        )) as month_number
    where months_since = 0
),

final as (
    select
        all_months.source_system,
        all_months.cohort_month,
        all_months.months_since,
        all_months.cohort_customer_count,
        coalesce(cohort_months.customer_count, 0) as customer_count,
        cast(coalesce(cohort_months.customer_count, 0) as double)
        / all_months.cohort_customer_count as retention_rate,
        coalesce(cohort_months.order_count, 0) as order_count,
        coalesce(cohort_months.net_amount, cast(0 as decimal(18, 4))) as net_amount
    from all_months
    left join cohort_months
        on
            all_months.source_system = cohort_months.source_system
            and all_months.cohort_month = cohort_months.cohort_month
            and all_months.months_since = cohort_months.months_since
)

select * from final
