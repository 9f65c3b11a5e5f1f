with

carts as (
    select
        source_system,
        session_id,
        session_date,
        traffic_source,
        device_type,
        visitor_id,
        user_id,
        user_version_id,
        last_activity_at,
        product_ids,
        product_count,
        item_count,
        value_amount
    from {{ ref('abandoned_cart_contents') }}
),

recoveries as (
    select
        source_system,
        session_id,
        recovered_at
    from {{ ref('cart_recoveries') }}
),

as_of_dates as (
    select
        source_system,
        as_of_date
    from {{ ref('as_of_dates') }}
),

-- a cart is recovered once, however often its products are bought
first_recoveries as (
    select
        source_system,
        session_id,
        min(recovered_at) as recovered_at
    from recoveries
    group by source_system, session_id
),

final as (
    select
        carts.source_system,
        carts.session_id,
        carts.session_date,
        carts.traffic_source,
        carts.device_type,
        carts.visitor_id,
        carts.user_id,
        carts.user_version_id,
        carts.last_activity_at,
        carts.product_ids,
        carts.product_count,
        carts.item_count,
        carts.value_amount,
        as_of_dates.as_of_date,
        -- a wrong clock may have put the last activity after the as-of date
        greatest(
            (
                (cast(unix_date(as_of_dates.as_of_date) as bigint) + 1) * 86400000
                - unix_millis(carts.last_activity_at)
            )
            div 60000,
            cast(0 as bigint)
        ) as minutes_since_activity,
        first_recoveries.recovered_at is not null as is_recovered,
        first_recoveries.recovered_at
    from carts
    left join first_recoveries
        on
            carts.source_system = first_recoveries.source_system
            and carts.session_id = first_recoveries.session_id
    left join as_of_dates
        on carts.source_system = as_of_dates.source_system
)

select * from final
