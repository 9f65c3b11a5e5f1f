{{ config(
    materialized='incremental',
    partition_by=['activity_date'],
) }}

{% set upstreams = [
    {'relation': ref('agg_products_daily'), 'partition': 'event_date', 'column': 'event_date'},
    {'relation': ref('agg_sales_daily'), 'partition': 'order_date', 'column': 'order_date'},
] %}
{#-
    Rebuilt are the changed dates, and those with events of a product that is in another category now,
    known then and now or not.
#}
{% set recategorized_dates %}
    select product_days.event_date as affected_date
    from {{ ref('agg_products_daily') }} as product_days
    left join now
        on
            product_days.source_system = now.source_system
            and product_days.product_id = now.product_id
            and now.is_current
    left join consumed
        on
            product_days.source_system = consumed.source_system
            and product_days.product_id = consumed.product_id
            and consumed.is_current
    where not now.category <=> consumed.category
{%- endset %}
{% set rebuild = with_changed_rows(partitions_to_rebuild(upstreams), ref('dim_products'), recategorized_dates) %}

{{ overwrites('activity_date', rebuild) }}

with

product_days as (
    select
        source_system,
        event_date,
        product_id,
        event_count,
        view_count,
        wishlist_count,
        add_to_cart_count,
        remove_from_cart_count,
        purchase_count,
        return_count,
        revenue_amount
    from {{ ref('agg_products_daily') }}
    where {{ in_partitions('event_date', rebuild) }}
),

products as (
    select
        source_system,
        product_id,
        category
    from {{ ref('dim_products') }}
    where is_current
),

sales as (
    select
        source_system,
        order_date,
        category,
        order_line_count,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount
    from {{ ref('agg_sales_daily') }}
    where {{ in_partitions('order_date', rebuild) }}
),

-- a category may have events without sales on a date, and sales without events
activities as (
    select
        product_days.source_system,
        product_days.event_date as activity_date,
        coalesce(products.category, 'unknown') as category,
        product_days.product_id,
        product_days.event_count,
        product_days.view_count,
        product_days.wishlist_count,
        product_days.add_to_cart_count,
        product_days.remove_from_cart_count,
        product_days.purchase_count,
        product_days.return_count,
        product_days.revenue_amount,
        0 as order_line_count,
        0 as gross_amount,
        0 as discount_amount,
        0 as refund_amount,
        0 as net_amount
    from product_days
    left join products
        on
            product_days.source_system = products.source_system
            and product_days.product_id = products.product_id

    union all

    select
        source_system,
        order_date as activity_date,
        category,
        null as product_id,
        0 as event_count,
        0 as view_count,
        0 as wishlist_count,
        0 as add_to_cart_count,
        0 as remove_from_cart_count,
        0 as purchase_count,
        0 as return_count,
        0 as revenue_amount,
        order_line_count,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount
    from sales
),

final as (
    select
        source_system,
        activity_date,
        category,
        -- a product is there once a date
        count(product_id) as product_count,
        sum(event_count) as event_count,
        sum(view_count) as view_count,
        sum(wishlist_count) as wishlist_count,
        sum(add_to_cart_count) as add_to_cart_count,
        sum(remove_from_cart_count) as remove_from_cart_count,
        sum(purchase_count) as purchase_count,
        sum(return_count) as return_count,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount,
        sum(order_line_count) as order_line_count,
        cast(sum(gross_amount) as decimal(18, 4)) as gross_amount,
        cast(sum(discount_amount) as decimal(18, 4)) as discount_amount,
        cast(sum(refund_amount) as decimal(18, 4)) as refund_amount,
        cast(sum(net_amount) as decimal(18, 4)) as net_amount
    from activities
    group by source_system, activity_date, category
)

select * from final
