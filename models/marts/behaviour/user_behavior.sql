with

events as (
    select
        source_system,
        event_id,
        event_date,
        event_at,
        event_type,
        session_id,
        visitor_id,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        order_id,
        quantity,
        unit_price,
        revenue_amount,
        traffic_source,
        device_type
    from {{ ref('fct_events') }}
    where not is_bot
),

order_lines as (
    select
        source_system,
        order_line_id,
        order_date,
        ordered_at,
        status,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        order_id,
        quantity,
        unit_price,
        net_amount
    from {{ ref('fct_order_lines') }}
),

users as (
    select
        user_version_id,
        name,
        region,
        loyalty_tier
    from {{ ref('dim_users') }}
),

products as (
    select
        product_version_id,
        product_name,
        brand,
        category
    from {{ ref('dim_products') }}
),

-- what an event and an order line bring in stands in columns of its own: a purchase is both
records as (
    select
        source_system,
        event_date as happened_date,
        'event' as record_kind,
        event_id as record_id,
        event_at as happened_at,
        event_type as action,
        session_id,
        visitor_id,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        order_id,
        quantity,
        unit_price,
        revenue_amount,
        cast(null as decimal(18, 4)) as net_amount,
        traffic_source,
        device_type
    from events

    union all

    select
        source_system,
        order_date as happened_date,
        'order_line' as record_kind,
        order_line_id as record_id,
        ordered_at as happened_at,
        status as action,
        cast(null as string) as session_id,
        cast(null as string) as visitor_id,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        order_id,
        quantity,
        unit_price,
        cast(null as decimal(18, 4)) as revenue_amount,
        net_amount,
        cast(null as string) as traffic_source,
        cast(null as string) as device_type
    from order_lines
),

final as (
    select
        records.source_system,
        records.happened_date,
        records.record_kind,
        records.record_id,
        records.happened_at,
        records.action,
        records.session_id,
        records.visitor_id,
        records.user_id,
        records.user_version_id,
        users.name as user_name,
        users.region,
        users.loyalty_tier,
        records.product_id,
        records.product_version_id,
        products.product_name,
        products.brand,
        products.category,
        records.order_id,
        records.quantity,
        records.unit_price,
        records.revenue_amount,
        records.net_amount,
        records.traffic_source,
        records.device_type
    from records
    left join users
        on records.user_version_id = users.user_version_id
    left join products
        on records.product_version_id = products.product_version_id
)

select * from final
