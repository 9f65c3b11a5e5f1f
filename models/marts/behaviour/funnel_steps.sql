{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set upstreams = [{'relation': ref('session_paths'), 'partition': 'session_date', 'column': 'session_date'}] %}
{# No lookback: the dates of the changed sessions are rebuilt. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('session_date', rebuild) }}

with

paths as (
    select
        source_system,
        session_id,
        session_date,
        traffic_source,
        device_type,
        steps
    from {{ ref('session_paths') }}
    where {{ in_partitions('session_date', rebuild) }}
),

-- the first event of a type after one of another type always begins a step, so the steps say all;
-- their places keep apart what happened at the same moment
placed as (
    select
        source_system,
        session_id,
        session_date,
        traffic_source,
        device_type,
        transform(
            steps,
            (step, place) -> named_struct('place', place, 'event_type', step.event_type, 'event_at', step.event_at)
        ) as steps
    from paths
),

viewed as (
    select
        *,
        get(filter(steps, step -> step.event_type = 'view'), 0) as first_view
    from placed
),

carted as (
    select
        *,
        get(
            filter(steps, step -> step.event_type = 'add_to_cart' and step.place > first_view.place), 0
        ) as first_addition
    from viewed
),

purchased as (
    select
        *,
        get(
            filter(steps, step -> step.event_type = 'purchase' and step.place > first_addition.place), 0
        ) as first_purchase
    from carted
),

final as (
    select
        source_system,
        session_id,
        session_date,
        traffic_source,
        device_type,
        first_view is not null as has_viewed,
        first_addition is not null as has_carted,
        first_purchase is not null as has_purchased,
        first_view.event_at as viewed_at,
        first_addition.event_at as carted_at,
        first_purchase.event_at as purchased_at,
        unix_seconds(first_addition.event_at) - unix_seconds(first_view.event_at) as view_to_cart_seconds,
        unix_seconds(first_purchase.event_at) - unix_seconds(first_addition.event_at) as cart_to_purchase_seconds
    from purchased
)

select * from final
