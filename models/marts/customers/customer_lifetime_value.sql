{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('fct_orders'), ref('as_of_dates')]) %}

{{ overwrites(none, rebuild) }}

with

orders as (
    select
        source_system,
        user_id,
        order_date,
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

customers as (
    select
        orders.source_system,
        orders.user_id,
        as_of_dates.as_of_date,
        count_if(orders.is_purchase) as order_count,
        min(if(orders.is_purchase, orders.order_date, null)) as first_order_date,
        max(if(orders.is_purchase, orders.order_date, null)) as last_order_date,
        cast(sum(orders.net_amount) as decimal(18, 4)) as net_amount
    from orders
    inner join as_of_dates
        on orders.source_system = as_of_dates.source_system
    where orders.order_date <= as_of_dates.as_of_date
    group by orders.source_system, orders.user_id, as_of_dates.as_of_date
    having count_if(orders.is_purchase) > 0
),

active_customers as (
    select
        *,
        datediff(as_of_date, last_order_date) <= {{ var('churn_days') }} as is_active
    from customers
),

-- a customer who has lapsed was one until the last order; less than a month gives no monthly value
tenures as (
    select
        *,
        cast(
            greatest(datediff(if(is_active, as_of_date, last_order_date), first_order_date) + 1, 30) as bigint
        ) as tenure_days
    from active_customers
),

-- of all the months of all customers, each lapse ended one
source_systems as (
    select
        source_system,
        count_if(not is_active) as lapsed_count,
        sum(tenure_days) as all_tenure_days
    from tenures
    group by source_system
),

-- Net per month of tenure over lapses per month of tenure. The length of the month cancels out, and
-- with it the rounding of the two quotients.
valued as (
    select
        tenures.source_system,
        tenures.user_id,
        tenures.as_of_date,
        tenures.is_active,
        tenures.tenure_days,
        tenures.order_count,
        tenures.net_amount,
        cast(30 * source_systems.lapsed_count as double) / source_systems.all_tenure_days as monthly_churn_rate,
        case
            when source_systems.lapsed_count = 0 then null
            when not tenures.is_active then 0
            else
                greatest(tenures.net_amount, 0) * cast(source_systems.all_tenure_days as decimal(12, 0))
                / cast(tenures.tenure_days * source_systems.lapsed_count as decimal(12, 0))
        end as expected_remaining
    from tenures
    inner join source_systems
        on tenures.source_system = source_systems.source_system
),

final as (
    select
        source_system,
        user_id,
        as_of_date,
        is_active,
        tenure_days,
        order_count,
        net_amount,
        cast(net_amount / order_count as decimal(18, 4)) as average_order_amount,
        cast(30 * order_count as double) / tenure_days as orders_per_month,
        monthly_churn_rate,
        cast(expected_remaining as decimal(18, 4)) as expected_remaining_amount,
        cast(net_amount + cast(expected_remaining as decimal(18, 4)) as decimal(18, 4)) as lifetime_value_amount
    from valued
)

select * from final
