{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('fct_orders'), ref('fct_order_lines'), ref('dim_products')]) %}

{{ overwrites(none, rebuild) }}

with

orders as (
    select
        source_system,
        user_id,
        order_date,
        ordered_at,
        is_cancelled,
        is_purchase,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount
    from {{ ref('fct_orders') }}
    where user_id is not null
),

order_lines as (
    select
        source_system,
        user_id,
        product_id,
        quantity
    from {{ ref('fct_order_lines') }}
    where
        user_id is not null
        and status <> 'cancelled'
        and quantity > 0
),

products as (
    select
        source_system,
        product_id,
        category
    from {{ ref('dim_products') }}
    where is_current
),

totals as (
    select
        source_system,
        user_id,
        count_if(is_purchase) as order_count,
        count_if(is_cancelled) as cancelled_order_count,
        sum(gross_amount) as gross,
        sum(discount_amount) as discount,
        sum(refund_amount) as refund,
        sum(net_amount) as net,
        min(if(is_purchase, ordered_at, null)) as first_ordered_at,
        max(if(is_purchase, ordered_at, null)) as last_ordered_at,
        datediff(
            max(if(is_purchase, order_date, null)), min(if(is_purchase, order_date, null))
        ) as days_from_first_to_last
    from orders
    group by source_system, user_id
),

-- summed by product before the join, which then meets few rows
bought_products as (
    select
        source_system,
        user_id,
        product_id,
        sum(quantity) as item_count
    from order_lines
    group by source_system, user_id, product_id
),

bought_categories as (
    select
        bought_products.source_system,
        bought_products.user_id,
        coalesce(products.category, 'unknown') as category,
        sum(bought_products.item_count) as item_count
    from bought_products
    left join products
        on
            bought_products.source_system = products.source_system
            and bought_products.product_id = products.product_id
    group by
        bought_products.source_system,
        bought_products.user_id,
        coalesce(products.category, 'unknown')
),

favourites as (
    select
        source_system,
        user_id,
        min_by(category, struct(-item_count, category)) as favourite_category
    from bought_categories
    group by source_system, user_id
),

final as (
    select
        totals.source_system,
        totals.user_id,
        totals.order_count,
        totals.cancelled_order_count,
        cast(totals.gross as decimal(18, 4)) as gross_amount,
        cast(totals.discount as decimal(18, 4)) as discount_amount,
        cast(totals.refund as decimal(18, 4)) as refund_amount,
        cast(totals.net as decimal(18, 4)) as net_amount,
        cast(
            cast(totals.net as decimal(18, 4)) / nullif(totals.order_count, 0) as decimal(18, 4)
        ) as average_order_amount,
        totals.first_ordered_at,
        totals.last_ordered_at,
        favourites.favourite_category,
        cast(totals.days_from_first_to_last as double)
        / nullif(totals.order_count - 1, 0) as average_days_between_orders
    from totals
    left join favourites
        on
            totals.source_system = favourites.source_system
            and totals.user_id = favourites.user_id
)

select * from final
