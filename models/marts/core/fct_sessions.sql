{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set upstreams = [{'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'}] %}
{# An event changes the session of its own date or one that began the day before. #}
{% set rebuild = with_neighbouring_dates(partitions_to_rebuild(upstreams), days_before=1) %}
{# Lookahead of a day: a session may end on the date after it began. #}
{% set event_dates = with_neighbouring_dates(rebuild, days_after=1) %}

{{ overwrites('session_date', rebuild) }}

with

events as (
    select
        source_system,
        session_id,
        session_date,
        session_started_at,
        is_session_continuation,
        source_session_id,
        visitor_id,
        user_id,
        user_version_id,
        event_id,
        event_at,
        event_type,
        product_id,
        order_id,
        revenue_amount,
        page_url,
        traffic_source,
        device_type,
        is_bot
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', event_dates) }}
        and {{ in_partitions('session_date', rebuild) }}
),

-- each event is sent to where its session is put together, once: of texts and sets Spark makes no
-- partial aggregates worth having, and distinct counts would multiply the events first
events_by_session as (
    select *
    from events
    distribute by source_system, session_id
),

sessions as (
    select
        source_system,
        session_id,
        any_value(session_date) as session_date,
        any_value(session_started_at) as started_at,
        max(event_at) as ended_at,
        bool_or(is_session_continuation) as is_continuation,
        min(
            struct(event_at, event_id, visitor_id, source_session_id, traffic_source, device_type, page_url)
        ) as entry,
        max(struct(event_at, event_id, page_url)) as exit,
        -- the first user to log in within the session
        min(if(user_id is null, null, struct(event_at, event_id, user_id, user_version_id))) as login,
        cast(size(collect_set(page_url)) as bigint) as page_count,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'wishlist') as wishlist_count,
        count_if(event_type = 'add_to_cart') as add_to_cart_count,
        count_if(event_type = 'remove_from_cart') as remove_from_cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        count_if(event_type = 'return') as return_count,
        count_if(event_type = 'exit') as exit_count,
        -- purchases that name no order form one together
        cast(
            size(collect_set(if(event_type = 'purchase', coalesce(order_id, ''), null))) as bigint
        ) as purchased_order_count,
        cast(size(collect_set(product_id)) as bigint) as product_count,
        sum(revenue_amount) as revenue,
        bool_or(is_bot) as is_bot
    from events_by_session
    group by source_system, session_id
),

final as (
    select
        source_system,
        session_id,
        session_date,
        started_at,
        ended_at,
        cast(unix_seconds(ended_at) - unix_seconds(started_at) as bigint) as duration_seconds,
        is_continuation,
        entry.source_session_id,
        entry.visitor_id,
        login.user_id,
        coalesce(login.user_version_id, 'unknown') as user_version_id,
        entry.traffic_source,
        entry.device_type,
        entry.page_url as entry_page_url,
        exit.page_url as exit_page_url,
        page_count,
        event_count,
        view_count,
        wishlist_count,
        add_to_cart_count,
        remove_from_cart_count,
        purchase_count,
        return_count,
        exit_count,
        purchased_order_count,
        product_count,
        cast(revenue as decimal(18, 4)) as revenue_amount,
        purchase_count > 0 as is_converted,
        add_to_cart_count > 0 and purchase_count = 0 as is_abandoned,
        is_bot
    from sessions
)

select * from final
