{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('dim_products')]) %}

{{ overwrites(none, rebuild) }}

with

versions as (
    select
        source_system,
        product_id,
        product_name,
        version_number,
        valid_from,
        valid_to,
        list_price,
        cost_price
    from {{ ref('dim_products') }}
    where
        version_number > 0
        and not is_deleted
),

-- versions of other attributes at the same price are one period
compared as (
    select
        *,
        coalesce(
            list_price != lag(list_price) over product or valid_from != lag(valid_to) over product,
            true
        ) as is_change
    from versions
    window product as (partition by source_system, product_id order by version_number)
),

numbered as (
    select
        *,
        sum(cast(is_change as int)) over (
            partition by source_system, product_id
            order by version_number
            rows between unbounded preceding and current row
        ) as period_number
    from compared
),

periods as (
    select
        source_system,
        product_id,
        period_number,
        max_by(product_name, version_number) as product_name,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        min(list_price) as list_price,
        max_by(cost_price, version_number) as cost_price
    from numbered
    group by source_system, product_id, period_number
),

final as (
    select
        source_system,
        product_id,
        product_name,
        valid_from,
        valid_to,
        list_price,
        cost_price,
        lag(list_price) over product as previous_price,
        cast(list_price - lag(list_price) over product as double)
        / nullif(cast(lag(list_price) over product as double), 0) as price_change_ratio
    from periods
    window product as (partition by source_system, product_id order by period_number)
)

select * from final
