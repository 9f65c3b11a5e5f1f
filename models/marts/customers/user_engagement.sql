{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('agg_visitors_daily'), ref('visitor_users')]) %}

{{ overwrites(none, rebuild) }}

with

user_days as (
    select
        source_system,
        user_id,
        event_date,
        event_count,
        view_count,
        wishlist_count,
        add_to_cart_count,
        remove_from_cart_count,
        purchase_count,
        return_count,
        revenue_amount
    from {{ ref('agg_user_activity_daily') }}
),

users as (
    select
        source_system,
        user_id,
        count(*) as active_day_count,
        min(event_date) as first_active_date,
        max(event_date) as last_active_date,
        sum(event_count) as event_count,
        sum(view_count) as view_count,
        sum(wishlist_count) as wishlist_count,
        sum(add_to_cart_count) as add_to_cart_count,
        sum(remove_from_cart_count) as remove_from_cart_count,
        sum(purchase_count) as purchase_count,
        sum(return_count) as return_count,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount
    from user_days
    group by source_system, user_id
),

final as (
    select
        source_system,
        user_id,
        first_active_date,
        last_active_date,
        active_day_count,
        event_count,
        view_count,
        wishlist_count,
        add_to_cart_count,
        remove_from_cart_count,
        purchase_count,
        return_count,
        revenue_amount,
        -- what is put into the cart from a list, or bought without a cart, was never viewed or carted
        cast(least(add_to_cart_count, view_count) as double) / nullif(view_count, 0) as view_to_cart_rate,
        cast(least(purchase_count, add_to_cart_count) as double)
        / nullif(add_to_cart_count, 0) as cart_to_purchase_rate
    from users
)

select * from final
