{{ config(
    materialized='incremental',
    partition_by=['event_date'],
) }}

{% set upstreams = [{'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'}] %}
{# Reach: the dates of the changed events themselves. #}
{% set plan = plan_incremental(upstreams) %}

{{ replaces('event_date', plan) }}

with

events as (
    select
        source_system,
        event_date,
        traffic_source,
        device_type
    from {{ ref('fct_events') }}
    where {{ is_planned('event_date', plan) }}
),

final as (
    select
        source_system,
        event_date,
        traffic_source,
        device_type,
        count(*) as event_count
    from events
    group by source_system, event_date, traffic_source, device_type
)

select * from final
