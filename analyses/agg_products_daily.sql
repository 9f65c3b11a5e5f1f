-- How often was a product viewed, carted, bought and returned on a date, and what did it cost then?
--
-- For example: how do prices and sales of the ten products that were viewed most in the latest thirty days
-- go together, day by day?
with

latest as (
    select
        source_system,
        max(event_date) as latest_date
    from {{ mart('agg_products_daily') }}
    group by source_system
),

recent as (
    select days.*
    from {{ mart('agg_products_daily') }} as days
    inner join latest
        on
            days.source_system = latest.source_system
            and days.event_date > date_sub(latest.latest_date, 30)
),

most_viewed as (
    select
        source_system,
        product_id
    from recent
    group by source_system, product_id
    order by sum(view_count) desc, source_system asc, product_id asc
    limit 10
)

select
    recent.source_system,
    recent.product_id,
    recent.event_date,
    recent.day_price,
    recent.view_count,
    recent.purchase_count,
    recent.revenue_amount
from recent
inner join most_viewed
    on
        recent.source_system = most_viewed.source_system
        and recent.product_id = most_viewed.product_id
order by recent.source_system, recent.product_id, recent.event_date
