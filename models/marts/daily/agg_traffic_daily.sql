{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set rebuild = partitions_to_rebuild([
    {'relation': ref('fct_sessions'), 'partition': 'session_date', 'column': 'session_date'},
    {'relation': ref('visitor_first_sessions'), 'partition': 'first_session_date', 'column': 'first_session_date'},
]) %}

{{ overwrites('session_date', rebuild) }}

with

sessions as (
    select
        source_system,
        session_date,
        session_id,
        visitor_id,
        traffic_source,
        device_type,
        duration_seconds,
        event_count,
        purchase_count,
        purchased_order_count,
        revenue_amount,
        is_converted,
        is_bot
    from {{ ref('fct_sessions') }}
    where {{ in_partitions('session_date', rebuild) }}
),

first_sessions as (
    select
        source_system,
        session_id
    from {{ ref('visitor_first_sessions') }}
    where {{ in_partitions('first_session_date', rebuild) }}
),

-- a visitor is new in the first session ever, and only there
marked as (
    select
        sessions.*,
        first_sessions.session_id is not null as is_first
    from sessions
    left join first_sessions
        on
            sessions.source_system = first_sessions.source_system
            and sessions.session_id = first_sessions.session_id
),

summed as (
    select
        source_system,
        session_date,
        traffic_source,
        device_type,
        count_if(not is_bot) as session_count,
        count_if(is_bot) as bot_session_count,
        count(distinct if(is_bot, null, visitor_id)) as visitor_count,
        count_if(is_first) as new_visitor_count,
        sum(if(is_bot, 0, event_count)) as event_count,
        sum(if(is_bot, 0, purchase_count)) as purchase_count,
        sum(if(is_bot, 0, purchased_order_count)) as purchased_order_count,
        count_if(is_converted and not is_bot) as converted_session_count,
        sum(if(is_bot, 0, duration_seconds)) as duration_seconds,
        sum(if(is_bot, 0, revenue_amount)) as revenue
    from marked
    group by source_system, session_date, traffic_source, device_type
),

final as (
    select
        source_system,
        session_date,
        traffic_source,
        device_type,
        session_count,
        bot_session_count,
        visitor_count,
        new_visitor_count,
        event_count,
        purchase_count,
        purchased_order_count,
        converted_session_count,
        duration_seconds,
        cast(revenue as decimal(18, 4)) as revenue_amount,
        cast(converted_session_count as double) / nullif(session_count, 0) as conversion_rate
    from summed
)

select * from final
