-- As of which date are recency, lapse and age measured?
--
-- For example: as of which date is each shop's recency measured, and how many days is its last order before it?
select
    dates.source_system,
    dates.as_of_date,
    max(orders.order_date) as last_order_date,
    date_diff(dates.as_of_date, max(orders.order_date)) as days_since_last_order
from {{ mart('as_of_dates') }} as dates
inner join {{ mart('fct_orders') }} as orders on dates.source_system = orders.source_system
group by dates.source_system, dates.as_of_date
order by dates.source_system
