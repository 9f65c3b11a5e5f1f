-- How sticky is the shop: of the users active within the last thirty days, what share comes on an average
-- date?
with

latest as (
    select
        source_system,
        max(event_date) as latest_date
    from {{ mart('agg_user_activity_daily') }}
    group by source_system
),

recent as (
    select
        activity.source_system,
        activity.event_date,
        activity.user_id
    from {{ mart('agg_user_activity_daily') }} as activity
    inner join latest
        on
            activity.source_system = latest.source_system
            and activity.event_date > date_sub(latest.latest_date, 30)
)

select
    source_system,
    count(distinct user_id) as active_user_count,
    count(*) / count(distinct event_date) as users_per_date,
    count(*) / count(distinct event_date) / count(distinct user_id) as stickiness_rate
from recent
group by source_system
order by source_system
