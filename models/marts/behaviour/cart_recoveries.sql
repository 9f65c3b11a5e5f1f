{{ config(
    materialized='incremental',
    partition_by=['recovered_date'],
) }}

{% set window_days = var('attribution_window_days') | int %}
{% set purchase_upstreams = [{'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'}] %}
{% set cart_upstreams = [
    {'relation': ref('abandoned_cart_contents'), 'partition': 'session_date', 'column': 'session_date'},
] %}
{# Lookback of the window: the dates of the changed purchases are rebuilt; a cart can be recovered
    within the window after its session's end, which is at most a day after its date. #}
{% set rebuild = united_partitions([
    partitions_to_rebuild(purchase_upstreams),
    with_neighbouring_dates(partitions_to_rebuild(cart_upstreams), days_after=window_days + 1),
]) %}
{% set cart_dates = with_neighbouring_dates(rebuild, days_before=window_days + 1) %}

{{ overwrites('recovered_date', rebuild) }}

with

carts as (
    select
        source_system,
        session_id,
        visitor_id,
        user_id,
        last_activity_at,
        product_ids
    from {{ ref('abandoned_cart_contents') }}
    where {{ in_partitions('session_date', cart_dates) }}
),

purchases as (
    select
        source_system,
        event_date,
        event_at,
        visitor_id,
        user_id,
        product_id
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', rebuild) }}
        and event_type = 'purchase'
        and not is_bot
),

-- a cart is found again by its visitor or by its user
cart_products as (
    select
        source_system,
        session_id,
        array_compact(array(concat('visitor ', visitor_id), concat('user ', user_id))) as people,
        last_activity_at,
        explode(product_ids) as product_id
    from carts
),

cart_people as (
    select
        source_system,
        session_id,
        explode(people) as person,
        last_activity_at,
        product_id
    from cart_products
),

purchase_people as (
    select
        source_system,
        event_date,
        event_at,
        explode(array_compact(array(concat('visitor ', visitor_id), concat('user ', user_id)))) as person,
        product_id
    from purchases
),

final as (
    select
        cart_people.source_system,
        cart_people.session_id,
        purchase_people.event_date as recovered_date,
        min(purchase_people.event_at) as recovered_at
    from cart_people
    inner join purchase_people
        on
            cart_people.source_system = purchase_people.source_system
            and cart_people.product_id = purchase_people.product_id
            and cart_people.person = purchase_people.person
            and cart_people.last_activity_at < purchase_people.event_at
            and unix_millis(purchase_people.event_at) - unix_millis(cart_people.last_activity_at)
            <= {{ window_days * 86400000 }}
    group by cart_people.source_system, cart_people.session_id, purchase_people.event_date
)

select * from final
