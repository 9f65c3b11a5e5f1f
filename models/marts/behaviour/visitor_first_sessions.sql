{{ config(
    materialized='incremental',
    partition_by=['first_session_date'],
    unique_key=['source_system', 'visitor_id'],
) }}

{%- set plan = plan_whole([ref('fct_sessions')]) %}

{{ replaces(none, plan) }}

with

sessions as (
    select
        source_system,
        visitor_id,
        session_id,
        session_date,
        started_at,
        traffic_source,
        device_type
    from {{ ref('fct_sessions') }}
    where not is_bot
),

firsts as (
    select
        source_system,
        visitor_id,
        min_by(
            struct(session_id, session_date, started_at, traffic_source, device_type),
            struct(started_at, session_id)
        ) as first_session
    from sessions
    group by source_system, visitor_id
),

final as (
    select
        source_system,
        visitor_id,
        first_session.session_id,
        first_session.session_date as first_session_date,
        first_session.started_at,
        first_session.traffic_source,
        first_session.device_type
    from firsts
)

select * from final
