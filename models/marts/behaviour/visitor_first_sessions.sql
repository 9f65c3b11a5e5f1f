{{ config(
    materialized='incremental',
    partition_by=['first_session_date'],
) }}

{% set sessions = ref('fct_sessions') %}
{% set upstreams = [{'relation': sessions, 'partition': 'session_date', 'column': 'session_date'}] %}
{% set rebuild = with_moved_first_sessions(partitions_to_rebuild(upstreams), sessions) %}

{{ overwrites('first_session_date', rebuild) }}

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
    where
        {{ in_partitions('session_date', rebuild) }}
        and not is_bot
),

-- visitors whose first session is on another date keep it
settled as (
    {% if rebuild.everything -%}
    select
        cast(null as string) as source_system,
        cast(null as string) as visitor_id
    where false
    {%- else -%}
    select
        source_system,
        visitor_id
    from {{ this }}
    where not ({{ in_partitions('first_session_date', rebuild) }})
    {%- endif %}
),

firsts as (
    select
        sessions.source_system,
        sessions.visitor_id,
        min_by(
            struct(
                sessions.session_id,
                sessions.session_date,
                sessions.started_at,
                sessions.traffic_source,
                sessions.device_type
            ),
            struct(sessions.started_at, sessions.session_id)
        ) as first_session
    from sessions
    left anti join settled
        on
            sessions.source_system = settled.source_system
            and sessions.visitor_id = settled.visitor_id
    group by sessions.source_system, sessions.visitor_id
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
