{{ config(
    materialized='incremental',
    partition_by=['event_date'],
) }}

{% set upstreams = [{'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'}] %}
{# Rebuilt are the dates of the changed events, and those on which a product's price changes. #}
{% set repriced_dates %}
    with

    repriced_products as (
        select distinct
            coalesce(now.source_system, consumed.source_system) as source_system,
            coalesce(now.product_id, consumed.product_id) as product_id
        from now
        full outer join consumed
            on now.product_version_id = consumed.product_version_id
        where
            not now.list_price <=> consumed.list_price
            or not now.valid_from <=> consumed.valid_from
            or not now.valid_to <=> consumed.valid_to
    )

    select days.event_date as affected_date
    from {{ this }} as days
    inner join repriced_products
        on
            days.source_system = repriced_products.source_system
            and days.product_id = repriced_products.product_id
    left join now
        on
            days.source_system = now.source_system
            and days.product_id = now.product_id
            and days.event_date >= to_date(now.valid_from)
            and days.event_date < to_date(now.valid_to)
    left join consumed
        on
            days.source_system = consumed.source_system
            and days.product_id = consumed.product_id
            and days.event_date >= to_date(consumed.valid_from)
            and days.event_date < to_date(consumed.valid_to)
    where not now.list_price <=> consumed.list_price
{%- endset %}
{% set rebuild = with_changed_rows(partitions_to_rebuild(upstreams), ref('dim_products'), repriced_dates) %}

{{ overwrites('event_date', rebuild) }}

with

events as (
    select
        source_system,
        event_date,
        event_at,
        event_type,
        product_id,
        unit_price,
        revenue_amount
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', rebuild) }}
        and product_id is not null
        and not is_bot
),

product_versions as (
    select
        source_system,
        product_id,
        list_price,
        to_date(valid_from) as first_date,
        -- the first date at whose end the version is no longer valid
        to_date(valid_to) as next_first_date
    from {{ ref('dim_products') }}
),

-- a product has few prices on a date: after this step its last one is found among few rows
price_days as (
    select
        source_system,
        event_date,
        product_id,
        unit_price,
        max(event_at) as last_event_at,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'wishlist') as wishlist_count,
        count_if(event_type = 'add_to_cart') as add_to_cart_count,
        count_if(event_type = 'remove_from_cart') as remove_from_cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        count_if(event_type = 'return') as return_count,
        sum(revenue_amount) as revenue
    from events
    group by source_system, event_date, product_id, unit_price
),

product_days as (
    select
        source_system,
        event_date,
        product_id,
        -- of several prices at the same moment the highest
        max_by(unit_price, if(unit_price is null, null, struct(last_event_at, unit_price))) as last_unit_price,
        sum(event_count) as event_count,
        sum(view_count) as view_count,
        sum(wishlist_count) as wishlist_count,
        sum(add_to_cart_count) as add_to_cart_count,
        sum(remove_from_cart_count) as remove_from_cart_count,
        sum(purchase_count) as purchase_count,
        sum(return_count) as return_count,
        sum(revenue) as revenue
    from price_days
    group by source_system, event_date, product_id
),

final as (
    select
        product_days.source_system,
        product_days.event_date,
        product_days.product_id,
        product_days.event_count,
        product_days.view_count,
        product_days.wishlist_count,
        product_days.add_to_cart_count,
        product_days.remove_from_cart_count,
        product_days.purchase_count,
        product_days.return_count,
        cast(product_days.revenue as decimal(18, 4)) as revenue_amount,
        coalesce(product_versions.list_price, product_days.last_unit_price) as day_price
    from product_days
    left join product_versions
        on
            product_days.source_system = product_versions.source_system
            and product_days.product_id = product_versions.product_id
            and product_days.event_date >= product_versions.first_date
            and product_days.event_date < product_versions.next_first_date
)

select * from final
