-- how prices and sales of the ten products that were viewed most in March 2024 went together, day by day
with

most_viewed as (
    select
        source_system,
        product_id
    from {{ mart('agg_products_daily') }}
    where event_date between date '2024-03-01' and date '2024-03-31'
    group by source_system, product_id
    order by sum(view_count) desc, source_system asc, product_id asc
    limit 10
)

select
    days.source_system,
    days.product_id,
    days.event_date,
    days.day_price,
    days.view_count,
    days.purchase_count,
    days.revenue_amount
from {{ mart('agg_products_daily') }} as days
inner join most_viewed
    on
        days.source_system = most_viewed.source_system
        and days.product_id = most_viewed.product_id
where days.event_date between date '2024-03-01' and date '2024-03-31'
order by days.source_system, days.product_id, days.event_date
