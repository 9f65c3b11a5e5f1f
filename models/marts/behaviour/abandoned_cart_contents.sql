{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set upstreams = [{'relation': ref('fct_sessions'), 'partition': 'session_date', 'column': 'session_date'}] %}
{# No lookback: the dates of the changed sessions are rebuilt; a changed event has rewritten its session's. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}
{# Lookahead of a day: a session may end on the date after it began. #}
{% set event_dates = with_neighbouring_dates(rebuild, days_after=1) %}

{{ overwrites('session_date', rebuild) }}

with

sessions as (
    select
        source_system,
        session_id,
        session_date,
        ended_at,
        visitor_id,
        user_id,
        user_version_id,
        traffic_source,
        device_type
    from {{ ref('fct_sessions') }}
    where
        {{ in_partitions('session_date', rebuild) }}
        and is_abandoned
        and not is_bot
),

cart_events as (
    select
        source_system,
        session_id,
        event_id,
        event_at,
        event_type,
        product_id,
        -- a line without a quantity puts in one piece
        coalesce(quantity, 1) as quantity,
        coalesce(unit_price, 0) as unit_price
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', event_dates) }}
        and {{ in_partitions('session_date', rebuild) }}
        and event_type in ('add_to_cart', 'remove_from_cart')
        and not is_bot
),

-- pieces put in less pieces taken out, at the price of the last addition
products as (
    select
        source_system,
        session_id,
        product_id,
        sum(if(event_type = 'add_to_cart', quantity, -quantity)) as item_count,
        max_by(unit_price, if(event_type = 'add_to_cart', struct(event_at, event_id), null)) as last_price
    from cart_events
    group by source_system, session_id, product_id
),

carts as (
    select
        source_system,
        session_id,
        array_sort(collect_list(product_id)) as product_ids,
        count(*) as product_count,
        sum(item_count) as item_count,
        -- null where pieces of several lines at the price of another have more digits
        try_cast(sum(item_count * last_price) as decimal(18, 4)) as value_amount
    from products
    where item_count > 0
    group by source_system, session_id
),

final as (
    select
        sessions.source_system,
        sessions.session_id,
        sessions.session_date,
        sessions.traffic_source,
        sessions.device_type,
        sessions.visitor_id,
        sessions.user_id,
        sessions.user_version_id,
        sessions.ended_at as last_activity_at,
        carts.product_ids,
        carts.product_count,
        carts.item_count,
        carts.value_amount
    from sessions
    inner join carts
        on
            sessions.source_system = carts.source_system
            and sessions.session_id = carts.session_id
)

select * from final
