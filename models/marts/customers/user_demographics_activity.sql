{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed(
    [ref('dim_users'), ref('user_engagement'), ref('user_metrics'), ref('as_of_dates')]
) %}

{{ overwrites(none, rebuild) }}

with

users as (
    select
        source_system,
        user_id,
        gender,
        birth_date,
        region,
        loyalty_tier
    from {{ ref('dim_users') }}
    where
        is_current
        and user_version_id <> 'unknown'
),

engagement as (
    select
        source_system,
        user_id,
        last_active_date
    from {{ ref('user_engagement') }}
),

metrics as (
    select
        source_system,
        user_id,
        order_count,
        net_amount,
        to_date(last_ordered_at) as last_order_date
    from {{ ref('user_metrics') }}
),

as_of_dates as (
    select
        source_system,
        as_of_date
    from {{ ref('as_of_dates') }}
),

-- who is known by a profile, by events or by orders is one user
sightings as (
    select
        source_system,
        user_id,
        gender,
        birth_date,
        region,
        loyalty_tier,
        cast(null as date) as last_active_date,
        0 as order_count,
        cast(0 as decimal(18, 4)) as net_amount
    from users

    union all

    select
        source_system,
        user_id,
        cast(null as string) as gender,
        cast(null as date) as birth_date,
        cast(null as string) as region,
        cast(null as string) as loyalty_tier,
        last_active_date,
        0 as order_count,
        cast(0 as decimal(18, 4)) as net_amount
    from engagement

    union all

    select
        source_system,
        user_id,
        cast(null as string) as gender,
        cast(null as date) as birth_date,
        cast(null as string) as region,
        cast(null as string) as loyalty_tier,
        last_order_date as last_active_date,
        order_count,
        net_amount
    from metrics
),

people as (
    select
        source_system,
        user_id,
        max(gender) as gender,
        max(birth_date) as birth_date,
        max(region) as region,
        max(loyalty_tier) as loyalty_tier,
        max(last_active_date) as last_active_date,
        sum(order_count) as order_count,
        sum(net_amount) as net
    from sightings
    group by source_system, user_id
),

-- a year of age is complete on the birthday itself
aged as (
    select
        people.*,
        year(as_of_dates.as_of_date) - year(people.birth_date)
        - if(
            date_format(as_of_dates.as_of_date, 'MMdd') < date_format(people.birth_date, 'MMdd'), 1, 0
        ) as age,
        datediff(as_of_dates.as_of_date, people.last_active_date) <= {{ var('churn_days') }} as is_active
    from people
    inner join as_of_dates
        on people.source_system = as_of_dates.source_system
),

banded as (
    select
        source_system,
        case
            when age between 0 and 17 then 'under 18'
            when age between 18 and 24 then '18-24'
            when age between 25 and 34 then '25-34'
            when age between 35 and 44 then '35-44'
            when age between 45 and 54 then '45-54'
            when age between 55 and 64 then '55-64'
            when age between 65 and 120 then '65 and over'
            else 'unknown'
        end as age_band,
        coalesce(gender, 'unknown') as gender,
        coalesce(region, 'unknown') as region,
        coalesce(loyalty_tier, 'unknown') as loyalty_tier,
        is_active,
        order_count,
        net
    from aged
),

final as (
    select
        source_system,
        age_band,
        gender,
        region,
        loyalty_tier,
        count(*) as user_count,
        count_if(is_active) as recently_active_user_count,
        count_if(order_count > 0) as customer_count,
        sum(order_count) as order_count,
        cast(sum(net) as decimal(18, 4)) as net_amount
    from banded
    group by source_system, age_band, gender, region, loyalty_tier
)

select * from final
