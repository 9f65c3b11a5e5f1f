{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('fct_sessions'), ref('visitor_users')]) %}

{{ overwrites(none, rebuild) }}

with

sessions as (
    select
        source_system,
        visitor_id,
        user_id,
        is_converted,
        revenue_amount
    from {{ ref('fct_sessions') }}
    where not is_bot
),

visitors as (
    select
        source_system,
        visitor_id,
        user_id
    from {{ ref('visitor_users') }}
),

-- summed by visitor before the join, which then meets few rows
visitor_sums as (
    select
        source_system,
        visitor_id,
        user_id,
        count(*) as session_count,
        count_if(is_converted) as converted_session_count,
        sum(revenue_amount) as revenue,
        sum(if(is_converted, revenue_amount, 0)) as converted_revenue
    from sessions
    group by source_system, visitor_id, user_id
),

-- a session without a login is that of the user who logged in on the device last
users as (
    select
        visitor_sums.source_system,
        coalesce(visitor_sums.user_id, visitors.user_id) as user_id,
        sum(visitor_sums.session_count) as session_count,
        sum(visitor_sums.converted_session_count) as converted_session_count,
        cast(sum(visitor_sums.revenue) as decimal(18, 4)) as revenue_amount,
        cast(sum(visitor_sums.converted_revenue) as decimal(18, 4)) as converted_revenue_amount
    from visitor_sums
    left join visitors
        on
            visitor_sums.source_system = visitors.source_system
            and visitor_sums.visitor_id = visitors.visitor_id
    where coalesce(visitor_sums.user_id, visitors.user_id) is not null
    group by visitor_sums.source_system, coalesce(visitor_sums.user_id, visitors.user_id)
),

final as (
    select
        source_system,
        user_id,
        session_count,
        converted_session_count,
        revenue_amount,
        converted_revenue_amount,
        cast(revenue_amount / session_count as decimal(18, 4)) as average_session_amount,
        cast(
            converted_revenue_amount / nullif(converted_session_count, 0) as decimal(18, 4)
        ) as average_converted_session_amount
    from users
)

select * from final
