{{ config(
    materialized='incremental',
    partition_by=['session_date'],
) }}

{% set upstreams = [{'relation': ref('funnel_steps'), 'partition': 'session_date', 'column': 'session_date'}] %}
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
        has_viewed,
        has_carted,
        has_purchased,
        view_to_cart_seconds,
        cart_to_purchase_seconds
    from {{ ref('funnel_steps') }}
    where {{ in_partitions('session_date', rebuild) }}
),

-- exact percentiles, interpolated between the two nearest sessions
counted as (
    select
        source_system,
        session_date,
        traffic_source,
        device_type,
        count(*) as session_count,
        count_if(has_viewed) as viewed_count,
        count_if(has_carted) as carted_count,
        count_if(has_purchased) as purchased_count,
        percentile(view_to_cart_seconds, array(0.5, 0.9)) as view_to_cart_percentiles,
        percentile(cart_to_purchase_seconds, array(0.5, 0.9)) as cart_to_purchase_percentiles
    from sessions
    group by source_system, session_date, traffic_source, device_type
),

final as (
    select
        source_system,
        session_date,
        traffic_source,
        device_type,
        session_count,
        viewed_count,
        carted_count,
        purchased_count,
        cast(carted_count as double) / nullif(viewed_count, 0) as viewed_to_carted_rate,
        cast(purchased_count as double) / nullif(carted_count, 0) as carted_to_purchased_rate,
        cast(purchased_count as double) / nullif(viewed_count, 0) as viewed_to_purchased_rate,
        get(view_to_cart_percentiles, 0) as view_to_cart_seconds_median,
        get(view_to_cart_percentiles, 1) as view_to_cart_seconds_90th_percentile,
        get(cart_to_purchase_percentiles, 0) as cart_to_purchase_seconds_median,
        get(cart_to_purchase_percentiles, 1) as cart_to_purchase_seconds_90th_percentile
    from counted
)

select * from final
