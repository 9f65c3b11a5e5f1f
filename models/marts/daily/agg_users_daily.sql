{{ config(materialized='incremental') }}

{# A date that changes can make users new or reactivated on later ones: all of it is rebuilt. #}
{% set rebuild = rebuild_if_changed([ref('agg_visitors_daily'), ref('visitor_users')]) %}

{{ overwrites(none, rebuild) }}

with

user_days as (
    select
        source_system,
        user_id,
        event_date
    from {{ ref('agg_user_activity_daily') }}
),

histories as (
    select
        source_system,
        event_date,
        datediff(
            event_date,
            lag(event_date) over (partition by source_system, user_id order by event_date)
        ) as days_since_last
    from user_days
),

final as (
    select
        source_system,
        event_date,
        count(*) as active_user_count,
        count_if(days_since_last is null) as new_user_count,
        count_if(days_since_last <= {{ var('churn_days') }}) as returning_user_count,
        count_if(days_since_last > {{ var('churn_days') }}) as reactivated_user_count
    from histories
    group by source_system, event_date
)

select * from final
