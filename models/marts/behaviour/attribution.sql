{{ config(
    materialized='incremental',
    partition_by=['order_date'],
) }}

{% set window_days = var('attribution_window_days') | int %}
{% set order_upstreams = [{'relation': ref('fct_orders'), 'partition': 'order_date', 'column': 'order_date'}] %}
{% set session_upstreams = [
    {'relation': ref('fct_sessions'), 'partition': 'session_date', 'column': 'session_date'},
] %}
{# Lookback of the window: the dates of the changed orders are rebuilt; a session leads to orders
    within the window after it, and an order formed from purchases is dated by the start of a session
    that may begin the day before; what counts as direct concerns all. #}
{% set rebuild = united_partitions([
    partitions_to_rebuild(order_upstreams),
    with_neighbouring_dates(partitions_to_rebuild(session_upstreams), days_before=1, days_after=window_days),
    rebuild_if_changed([], contents=[ref('traffic_sources')]),
]) %}
{% set session_dates = with_neighbouring_dates(rebuild, days_before=window_days, days_after=1) %}

{{ overwrites('order_date', rebuild) }}

with

orders as (
    select
        source_system,
        order_id,
        order_date,
        ordered_at,
        user_id,
        net_amount
    from {{ ref('fct_orders') }}
    where {{ in_partitions('order_date', rebuild) }}
),

sessions as (
    select
        source_system,
        session_id,
        started_at,
        user_id,
        traffic_source,
        device_type
    from {{ ref('fct_sessions') }}
    where
        {{ in_partitions('session_date', session_dates) }}
        and user_id is not null
        and not is_bot
),

traffic_sources as (
    select
        traffic_source,
        is_direct
    from {{ ref('traffic_sources') }}
),

touchpoints as (
    select
        orders.source_system,
        orders.order_id,
        orders.order_date,
        orders.ordered_at,
        orders.user_id,
        orders.net_amount,
        sessions.session_id,
        sessions.started_at as session_started_at,
        sessions.traffic_source,
        sessions.device_type,
        coalesce(traffic_sources.is_direct, false) as is_direct,
        -- halved with every full seven days between session and order
        power(
            cast(0.5 as double),
            (unix_micros(orders.ordered_at) - unix_micros(sessions.started_at)) div {{ 7 * 86400000000 }}
        ) as weight
    from orders
    inner join sessions
        on
            orders.source_system = sessions.source_system
            and orders.user_id = sessions.user_id
            and unix_micros(orders.ordered_at) - unix_micros(sessions.started_at)
            between 0 and {{ window_days * 86400000000 }}
    left join traffic_sources
        on sessions.traffic_source = traffic_sources.traffic_source
),

-- one order of the rows serves every window, so that they are sorted once
numbered as (
    select
        *,
        row_number() over touchpoints_in_order as touchpoint_number,
        count(*) over touchpoints_of_order as touchpoint_count,
        sum(weight) over touchpoints_of_order as weight_of_order,
        max(if(is_direct, null, struct(session_started_at, session_id))) over touchpoints_of_order as last_non_direct
    from touchpoints
    window
        touchpoints_in_order as (
            partition by order_id, order_date, source_system
            order by session_started_at, session_id
        ),
        touchpoints_of_order as (
            partition by order_id, order_date, source_system
            order by session_started_at, session_id
            rows between unbounded preceding and unbounded following
        )
),

credited as (
    select
        *,
        if(touchpoint_number = 1, 1D, 0D) as first_credit,
        if(touchpoint_number = touchpoint_count, 1D, 0D) as last_credit,
        -- an order of direct sessions alone goes to the last of them
        if(
            coalesce(last_non_direct.session_id = session_id, touchpoint_number = touchpoint_count),
            1D,
            0D
        ) as last_non_direct_credit,
        1D / touchpoint_count as linear_credit,
        case
            when touchpoint_count = 1 then 1D
            when touchpoint_count = 2 then 0.5D
            when touchpoint_number in (1, touchpoint_count) then 0.4D
            else 0.2D / nullif(touchpoint_count - 2, 0)
        end as position_based_credit,
        weight / weight_of_order as time_decay_credit
    from numbered
),

-- what the touchpoints up to each are credited together, rounded: the differences between them
-- add up to the net amount exactly, which rounding each by itself would not; ten digits first, as
-- a half of the last digit may come out a little less
cumulated as (
    select
        *,
        cast(
            if(
                touchpoint_number = touchpoint_count,
                net_amount,
                cast(cast(net_amount as double) * sum(linear_credit) over touchpoints_so_far as decimal(28, 10))
            ) as decimal(18, 4)
        ) as linear_amount_so_far,
        cast(
            if(
                touchpoint_number = touchpoint_count,
                net_amount,
                cast(cast(net_amount as double) * sum(position_based_credit) over touchpoints_so_far as decimal(28, 10))
            ) as decimal(18, 4)
        ) as position_based_amount_so_far,
        cast(
            if(
                touchpoint_number = touchpoint_count,
                net_amount,
                cast(cast(net_amount as double) * sum(time_decay_credit) over touchpoints_so_far as decimal(28, 10))
            ) as decimal(18, 4)
        ) as time_decay_amount_so_far
    from credited
    window touchpoints_so_far as (
        partition by order_id, order_date, source_system
        order by session_started_at, session_id
        rows between unbounded preceding and current row
    )
),

final as (
    select
        source_system,
        order_id,
        order_date,
        touchpoint_number,
        touchpoint_count,
        session_id,
        session_started_at,
        traffic_source,
        device_type,
        user_id,
        ordered_at,
        first_credit,
        last_credit,
        last_non_direct_credit,
        linear_credit,
        position_based_credit,
        time_decay_credit,
        cast(if(first_credit = 1, net_amount, 0) as decimal(18, 4)) as first_credited_amount,
        cast(if(last_credit = 1, net_amount, 0) as decimal(18, 4)) as last_credited_amount,
        cast(if(last_non_direct_credit = 1, net_amount, 0) as decimal(18, 4)) as last_non_direct_credited_amount,
        cast(
            linear_amount_so_far
            - coalesce(lag(linear_amount_so_far) over touchpoints_in_order, 0) as decimal(18, 4)
        ) as linear_credited_amount,
        cast(
            position_based_amount_so_far
            - coalesce(lag(position_based_amount_so_far) over touchpoints_in_order, 0) as decimal(18, 4)
        ) as position_based_credited_amount,
        cast(
            time_decay_amount_so_far
            - coalesce(lag(time_decay_amount_so_far) over touchpoints_in_order, 0) as decimal(18, 4)
        ) as time_decay_credited_amount
    from cumulated
    window touchpoints_in_order as (
        partition by order_id, order_date, source_system
        order by session_started_at, session_id
    )
)

select * from final
