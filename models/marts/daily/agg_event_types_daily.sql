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
        event_type,
        is_bot,
        visitor_id,
        user_id,
        revenue_amount
    from {{ ref('fct_events') }}
    where {{ in_partitions('event_date', rebuild) }}
),

-- people are few among events: they are distinguished after this step, not before
visitor_days as (
    select
        source_system,
        event_date,
        event_type,
        is_bot,
        visitor_id,
        user_id,
        count(*) as event_count,
        sum(revenue_amount) as revenue
    from events
    group by source_system, event_date, event_type, is_bot, visitor_id, user_id
),

final as (
    select
        source_system,
        event_date,
        event_type,
        sum(if(is_bot, 0, event_count)) as event_count,
        count(distinct if(is_bot, null, visitor_id)) as visitor_count,
        count(distinct if(is_bot, null, user_id)) as user_count,
        cast(sum(if(is_bot, 0, revenue)) as decimal(18, 4)) as revenue_amount,
        sum(if(is_bot, event_count, 0)) as bot_event_count
    from visitor_days
    group by source_system, event_date, event_type
)

select * from final
