{#-
    For each visitor and session id of the source, the last event on the date before each run of
    dates to rebuild, with the session it belongs to: a session that is still open goes on from there.

    Args:
        rebuild: from with_session_lookback.
-#}
{% macro last_events_before(rebuild) %}
    {%- set earlier_dates = [] -%}
    {%- if not rebuild.everything -%}
        {%- for literal in rebuild['values'] -%}
            {%- set earlier = with_neighbouring_dates({'values': [literal]}, days_before=1)['values'] | min -%}
            {%- if earlier not in rebuild['values'] -%}
                {%- do earlier_dates.append(earlier) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if earlier_dates -%}
    select
        source_system,
        visitor_id,
        source_session_id,
        max_by(event_id, struct(event_at, event_id)) as event_id,
        max(event_at) as event_at,
        max_by(
            struct(
                session_started_at as started_at,
                session_id as session_id,
                is_session_continuation as is_continuation
            ),
            struct(event_at, event_id)
        ) as known_session
    from {{ this }}
    where event_date in ({{ earlier_dates | join(', ') }})
    group by source_system, visitor_id, source_session_id, event_date
    {%- else -%}
    select
        cast(null as string) as source_system,
        cast(null as string) as visitor_id,
        cast(null as string) as source_session_id,
        cast(null as string) as event_id,
        cast(null as timestamp) as event_at,
        cast(null as struct<started_at: timestamp, session_id: string, is_continuation: boolean>) as known_session
    where false
    {%- endif -%}
{% endmacro %}
