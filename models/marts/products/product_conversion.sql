{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('agg_products_daily')]) %}

{{ overwrites(none, rebuild) }}

with

product_days as (
    select
        source_system,
        event_date,
        product_id,
        view_count,
        add_to_cart_count,
        purchase_count,
        return_count,
        revenue_amount
    from {{ ref('agg_products_daily') }}
),

products as (
    select
        source_system,
        product_id,
        min(event_date) as first_event_date,
        max(event_date) as last_event_date,
        sum(view_count) as view_count,
        sum(add_to_cart_count) as add_to_cart_count,
        sum(purchase_count) as purchase_count,
        sum(return_count) as return_count,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount
    from product_days
    group by source_system, product_id
),

final as (
    select
        source_system,
        product_id,
        first_event_date,
        last_event_date,
        view_count,
        add_to_cart_count,
        purchase_count,
        return_count,
        revenue_amount,
        -- a product can be put into the cart from a list, and bought without a cart: a rate ends at 1
        cast(least(add_to_cart_count, view_count) as double) / nullif(view_count, 0) as view_to_cart_rate,
        cast(least(purchase_count, add_to_cart_count) as double)
        / nullif(add_to_cart_count, 0) as cart_to_purchase_rate,
        cast(least(purchase_count, view_count) as double) / nullif(view_count, 0) as view_to_purchase_rate,
        cast(least(return_count, purchase_count) as double) / nullif(purchase_count, 0) as purchase_to_return_rate
    from products
)

select * from final
