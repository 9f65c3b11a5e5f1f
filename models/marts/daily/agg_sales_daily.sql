{{ config(
    materialized='incremental',
    partition_by=['order_date'],
) }}

{% set upstreams = [{'relation': ref('fct_order_lines'), 'partition': 'order_date', 'column': 'order_date'}] %}
{#-
    Rebuilt are the dates of the changed order lines, and those of lines whose product has moved to
    another category, or whose buyer's version has got another region, known then and now or not.
#}
{% set recategorized_dates %}
    select order_lines.order_date as affected_date
    from {{ ref('fct_order_lines') }} as order_lines
    left join now
        on
            order_lines.source_system = now.source_system
            and order_lines.product_id = now.product_id
            and now.is_current
    left join consumed
        on
            order_lines.source_system = consumed.source_system
            and order_lines.product_id = consumed.product_id
            and consumed.is_current
    where not now.category <=> consumed.category
{%- endset %}
{% set moved_dates %}
    select order_lines.order_date as affected_date
    from {{ ref('fct_order_lines') }} as order_lines
    left join now
        on order_lines.user_version_id = now.user_version_id
    left join consumed
        on order_lines.user_version_id = consumed.user_version_id
    where not now.region <=> consumed.region
{%- endset %}
{% set rebuild = with_changed_rows(partitions_to_rebuild(upstreams), ref('dim_products'), recategorized_dates) %}
{% set rebuild = with_changed_rows(rebuild, ref('dim_users'), moved_dates) %}

{{ overwrites('order_date', rebuild) }}

with

order_lines as (
    select
        source_system,
        order_date,
        product_id,
        user_version_id,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount
    from {{ ref('fct_order_lines') }}
    where {{ in_partitions('order_date', rebuild) }}
),

products as (
    select
        source_system,
        product_id,
        category
    from {{ ref('dim_products') }}
    where is_current
),

user_versions as (
    select
        user_version_id,
        region
    from {{ ref('dim_users') }}
),

-- the category as it is known now, so that a product's history is in one row; the region in which
-- the buyer lived when ordering
located_lines as (
    select
        order_lines.source_system,
        order_lines.order_date,
        coalesce(products.category, 'unknown') as category,
        coalesce(user_versions.region, 'unknown') as region,
        order_lines.gross_amount,
        order_lines.discount_amount,
        order_lines.refund_amount,
        order_lines.net_amount
    from order_lines
    left join products
        on
            order_lines.source_system = products.source_system
            and order_lines.product_id = products.product_id
    left join user_versions
        on order_lines.user_version_id = user_versions.user_version_id
),

final as (
    select
        source_system,
        order_date,
        category,
        region,
        count(*) as order_line_count,
        cast(sum(gross_amount) as decimal(18, 4)) as gross_amount,
        cast(sum(discount_amount) as decimal(18, 4)) as discount_amount,
        cast(sum(refund_amount) as decimal(18, 4)) as refund_amount,
        cast(sum(net_amount) as decimal(18, 4)) as net_amount
    from located_lines
    group by source_system, order_date, category, region
)

select * from final
