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
        visitor_id,
        user_id,
        event_at,
        event_type,
        revenue_amount
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', rebuild) }}
        and not is_bot
),

final as (
    select
        source_system,
        event_date,
        visitor_id,
        coalesce(user_id, '') as user_id,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        count(*) as event_count,
        count_if(event_type = 'view') as view_count,
        count_if(event_type = 'wishlist') as wishlist_count,
        count_if(event_type = 'add_to_cart') as add_to_cart_count,
        count_if(event_type = 'remove_from_cart') as remove_from_cart_count,
        count_if(event_type = 'purchase') as purchase_count,
        count_if(event_type = 'return') as return_count,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue_amount
    from events
    group by source_system, event_date, visitor_id, coalesce(user_id, '')
)

select * from final
