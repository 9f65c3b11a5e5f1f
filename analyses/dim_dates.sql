-- Which weekday, week, month and quarter is a date in?
--
-- For example: on which days of the week is most ordered? Averages over all dates of the calendar between
-- the first and the last order, so that a day without orders counts for nothing rather than not at all.
with

daily as (
    select
        source_system,
        order_date,
        count_if(is_purchase) as order_count,
        sum(net_amount) as net_amount
    from {{ mart('fct_orders') }}
    group by source_system, order_date
),

spans as (
    select
        source_system,
        min(order_date) as first_date,
        max(order_date) as last_date
    from daily
    group by source_system
)

select
    spans.source_system,
    dates.iso_weekday_number,
    dates.weekday_name,
    count(*) as date_count,
    coalesce(sum(daily.order_count), 0) / count(*) as orders_per_date,
    cast(coalesce(sum(daily.net_amount), 0) / count(*) as decimal(18, 4)) as net_per_date_amount
from spans
inner join {{ mart('dim_dates') }} as dates
    on dates.date_day between spans.first_date and spans.last_date
left join daily
    on
        spans.source_system = daily.source_system
        and dates.date_day = daily.order_date
group by spans.source_system, dates.iso_weekday_number, dates.weekday_name
order by spans.source_system, dates.iso_weekday_number
