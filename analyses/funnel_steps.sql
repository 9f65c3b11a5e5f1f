-- Which steps of the ordered funnel did a session reach, and when?
--
-- For example: how far did sessions come in a window of any length and for any cut? Here: the latest seven
-- days of each shop, and only what happened within an hour of the first view.
with

latest as (
    select
        source_system,
        max(session_date) as latest_date
    from {{ mart('funnel_steps') }}
    group by source_system
)

select
    steps.source_system,
    count_if(steps.has_viewed) as viewed_count,
    count_if(steps.view_to_cart_seconds <= 3600) as carted_count,
    count_if(steps.view_to_cart_seconds + steps.cart_to_purchase_seconds <= 3600) as purchased_count
from {{ mart('funnel_steps') }} as steps
inner join latest
    on
        steps.source_system = latest.source_system
        and steps.session_date > date_sub(latest.latest_date, 7)
group by steps.source_system
order by steps.source_system
