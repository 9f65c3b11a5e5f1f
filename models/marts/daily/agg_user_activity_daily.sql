with

visitor_days as (
    select
        source_system,
        event_date,
        visitor_id,
        user_id,
        first_event_at,
        last_event_at,
        event_count,
        view_count,
        wishlist_count,
        add_to_cart_count,
        remove_from_cart_count,
        purchase_count,
        return_count,
        revenue_amount
    from {{ ref('agg_visitors_daily') }}
),

visitors as (
    select
        source_system,
        visitor_id,
        user_id
    from {{ ref('visitor_users') }}
),

-- what a visitor did without logging in counts for the user of that visitor, however much later
-- that one is known
owned as (
    select
        visitor_days.*,
        if(visitor_days.user_id = '', visitors.user_id, visitor_days.user_id) as owner_id
    from visitor_days
    left join visitors
        on
            visitor_days.source_system = visitors.source_system
            and visitor_days.visitor_id = visitors.visitor_id
),

final as (
    select
        source_system,
        event_date,
        owner_id as user_id,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        sum(event_count) as event_count,
        sum(view_count) as view_count,
        sum(wishlist_count) as wishlist_count,
        sum(add_to_cart_count) as add_to_cart_count,
        sum(remove_from_cart_count) as remove_from_cart_count,
        sum(purchase_count) as purchase_count,
        sum(return_count) as return_count,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount
    from owned
    where owner_id is not null
    group by source_system, event_date, owner_id
)

select * from final
