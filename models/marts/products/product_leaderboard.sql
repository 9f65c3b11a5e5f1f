{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('agg_products_daily'), ref('dim_products'), ref('as_of_dates')]) %}
{% set longest_window_days = 30 %}
{% set places = 100 %}

{{ overwrites(none, rebuild) }}

with

as_of_dates as (
    select
        source_system,
        as_of_date
    from {{ ref('as_of_dates') }}
),

product_days as (
    select
        source_system,
        event_date,
        product_id,
        purchase_count,
        view_count,
        wishlist_count,
        return_count,
        revenue_amount
    from {{ ref('agg_products_daily') }}
),

products as (
    select
        source_system,
        product_id,
        product_name
    from {{ ref('dim_products') }}
    where is_current
),

-- two of the longest windows: the one up to the as-of date and the one before it
recent_days as (
    select
        as_of_dates.as_of_date,
        product_days.*,
        -- 1 for the as-of date itself
        datediff(as_of_dates.as_of_date, product_days.event_date) + 1 as days_back
    from product_days
    inner join as_of_dates
        on product_days.source_system = as_of_dates.source_system
    where
        product_days.event_date
        between date_sub(as_of_dates.as_of_date, {{ 2 * longest_window_days - 1 }}) and as_of_dates.as_of_date
),

windows as (
    select
        recent_days.*,
        window_days
    from recent_days
        lateral view explode(array(1, 7, {{ longest_window_days }})) as window_days
),

window_sums as (
    select
        source_system,
        as_of_date,
        window_days,
        product_id,
        days_back <= window_days as is_latest,
        cast(sum(purchase_count) as decimal(18, 4)) as sold,
        cast(sum(view_count) as decimal(18, 4)) as viewed,
        cast(sum(wishlist_count) as decimal(18, 4)) as wishlisted,
        cast(sum(return_count) as decimal(18, 4)) as returned,
        cast(sum(revenue_amount) as decimal(18, 4)) as revenue
    from windows
    where days_back <= 2 * window_days
    group by source_system, as_of_date, window_days, product_id, days_back <= window_days
),

measures as (
    select
        source_system,
        as_of_date,
        window_days,
        product_id,
        is_latest,
        measure.metric,
        measure.metric_value
    from window_sums
        lateral view explode(
            array(
                named_struct('metric', 'sold', 'metric_value', sold),
                named_struct('metric', 'viewed', 'metric_value', viewed),
                named_struct('metric', 'wishlisted', 'metric_value', wishlisted),
                named_struct('metric', 'returned', 'metric_value', returned),
                named_struct('metric', 'revenue', 'metric_value', revenue)
            )
        ) as measure
    where measure.metric_value > 0
),

-- products of equal value are in the order of their ids, so that every place is taken once
ranked as (
    select
        *,
        row_number() over (
            partition by source_system, window_days, metric, is_latest
            order by metric_value desc, product_id asc
        ) as place
    from measures
),

compared as (
    select
        source_system,
        as_of_date,
        window_days,
        metric,
        product_id,
        max(if(is_latest, place, null)) as product_rank,
        max(if(is_latest, metric_value, null)) as metric_value,
        max(if(is_latest, null, place)) as previous_product_rank
    from ranked
    group by source_system, as_of_date, window_days, metric, product_id
),

final as (
    select
        compared.source_system,
        compared.as_of_date,
        cast(compared.window_days as bigint) as window_days,
        compared.metric,
        compared.product_rank,
        compared.product_id,
        coalesce(products.product_name, 'unknown') as product_name,
        compared.metric_value,
        compared.previous_product_rank,
        compared.previous_product_rank - compared.product_rank as rank_movement
    from compared
    left join products
        on
            compared.source_system = products.source_system
            and compared.product_id = products.product_id
    where compared.product_rank <= {{ places }}
)

select * from final
