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
        traffic_source,
        device_type,
        entry_page_url,
        exit_page_url
    from {{ ref('fct_sessions') }}
    where
        {{ in_partitions('session_date', rebuild) }}
        and not is_bot
),

events as (
    select
        source_system,
        session_id,
        event_id,
        event_at,
        event_type
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', event_dates) }}
        and {{ in_partitions('session_date', rebuild) }}
        and not is_bot
),

-- the only grouping of all events: what else is asked of their order is read from the steps
ordered_events as (
    select
        source_system,
        session_id,
        array_sort(collect_list(struct(event_at, event_id, event_type))) as events
    from events
    group by source_system, session_id
),

-- an event is a step when it is of another type than the one before it
paths as (
    select
        source_system,
        session_id,
        cast(size(events) as bigint) as event_count,
        transform(
            filter(
                events,
                (event, place) -> place = 0 or event.event_type != get(events, place - 1).event_type
            ),
            event -> named_struct('event_type', event.event_type, 'event_at', event.event_at)
        ) as steps
    from ordered_events
),

final as (
    select
        sessions.source_system,
        sessions.session_id,
        sessions.session_date,
        sessions.traffic_source,
        sessions.device_type,
        sessions.entry_page_url,
        sessions.exit_page_url,
        array_join(paths.steps.event_type, ' > ') as path,
        cast(size(paths.steps) as bigint) as step_count,
        paths.event_count,
        paths.steps
    from sessions
    inner join paths
        on
            sessions.source_system = paths.source_system
            and sessions.session_id = paths.session_id
)

select * from final
