{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set upstreams = [{'relation': ref('fct_sessions'), 'partition': 'session_date', 'column': 'session_date'}] %}
{# No lookback: the dates of the changed sessions are rebuilt. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('session_date', rebuild) }}

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
        {{ in_partitions('session_date', rebuild) }}
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
