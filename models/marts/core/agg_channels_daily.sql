{{ config(
    materialized='incremental',
    partition_by=['event_date'],
) }}

{% set upstreams = [{'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'}] %}
{# No lookback: the dates of the changed events are rebuilt. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('event_date', rebuild) }}

with

events as (
    select
        source_system,
        event_date,
        traffic_source,
        device_type
    from {{ ref('fct_events') }}
    where {{ in_partitions('event_date', rebuild) }}
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
