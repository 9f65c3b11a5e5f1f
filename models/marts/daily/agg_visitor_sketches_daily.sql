{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set upstreams = [{'relation': ref('fct_sessions'), 'partition': 'session_date', 'column': 'session_date'}] %}
{# Reach: the dates of the changed sessions themselves. #}
{% set plan = plan_incremental(upstreams) %}

{{ replaces('session_date', plan) }}

with

sessions as (
    select
        source_system,
        session_date,
        traffic_source,
        device_type,
        visitor_id
    from {{ ref('fct_sessions') }}
    where
        {{ is_planned('session_date', plan) }}
        and not is_bot
),

final as (
    select
        source_system,
        session_date,
        traffic_source,
        device_type,
        hll_sketch_agg(visitor_id, 12) as visitor_sketch
    from sessions
    group by source_system, session_date, traffic_source, device_type
)

select * from final
