{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([
    ref('agg_channels_daily'), ref('fct_orders'), ref('fct_returns'), ref('as_of_dates'),
]) %}

{{ overwrites(none, rebuild) }}

with

events as (
    select event_date
    from {{ ref('agg_channels_daily') }}
),

orders as (
    select
        order_date,
        updated_at
    from {{ ref('fct_orders') }}
),

returns as (
    select return_date
    from {{ ref('fct_returns') }}
),

as_of_dates as (
    select as_of_date
    from {{ ref('as_of_dates') }}
),

-- a status may change long after the order; a return may come, by a wrong clock, even before it
told_dates as (
    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from events

    union all

    select
        min(order_date) as first_date,
        max(greatest(order_date, to_date(updated_at))) as last_date
    from orders

    union all

    select
        min(return_date) as first_date,
        max(return_date) as last_date
    from returns

    union all

    select
        min(as_of_date) as first_date,
        max(as_of_date) as last_date
    from as_of_dates
),

-- whole years, so that a calendar table is complete for every year it shows
bounds as (
    select
        trunc(min(first_date), 'year') as first_day,
        date_sub(add_months(trunc(max(last_date), 'year'), 12), 1) as last_day
    from told_dates
),

days as (
    select day as date_day
    from bounds
        lateral view explode(sequence(first_day, last_day)) as day
    where first_day is not null
),

final as (
    select
        date_day,
        year(date_day) as year_number,
        quarter(date_day) as quarter_number,
        month(date_day) as month_number,
        date_format(date_day, 'MMMM') as month_name,
        trunc(date_day, 'month') as month_start_date,
        weekofyear(date_day) as iso_week_number,
        weekday(date_day) + 1 as iso_weekday_number,
        date_format(date_day, 'EEEE') as weekday_name,
        weekday(date_day) >= 5 as is_weekend
    from days
)

select * from final
