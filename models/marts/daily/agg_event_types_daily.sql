{{ config(
    materialized='incremental',
    partition_by=['event_date'],
    unique_key=['source_system', 'event_date', 'event_type'],
) }}

{%- set upstreams = [{'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'}] %}
{#- Reach: the dates of the changed events themselves. #}
{%- set plan = plan_incremental(upstreams) %}

{{ replaces('event_date', plan) }}

with

events as (
    select
        source_system,
        event_date,
        event_type,
        visitor_id,
        user_id,
        revenue_amount
    from {{ ref('fct_events') }}
    where {{ is_planned('event_date', plan) }}
),

final as (
    select
        source_system,
        event_date,
        event_type,
        count(*) as event_count,
        count(distinct visitor_id) as visitor_count,
        count(distinct user_id) as user_count,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount
    from events
    group by source_system, event_date, event_type
)

select * from final
