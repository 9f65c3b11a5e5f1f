{{ config(
    materialized='incremental',
    partition_by=['order_date'],
) }}

{% set upstreams = [{'relation': ref('fct_order_lines'), 'partition': 'order_date', 'column': 'order_date'}] %}
{# No lookback: the dates of the changed lines are rebuilt. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('order_date', rebuild) }}

with

order_lines as (
    select
        source_system,
        order_date,
        order_id,
        order_line_id,
        ordered_at,
        updated_at,
        status,
        is_return,
        user_id,
        user_version_id,
        product_id,
        quantity,
        gross_amount,
        discount_amount,
        refund_amount,
        net_amount,
        payment_method
    from {{ ref('fct_order_lines') }}
    where {{ in_partitions('order_date', rebuild) }}
),

orders as (
    select
        source_system,
        order_date,
        order_id,
        min(ordered_at) as ordered_at,
        max(updated_at) as updated_at,
        bool_and(status = 'cancelled') as is_cancelled,
        bool_and(status in ('cancelled', 'returned')) as is_undone,
        bool_or(status = 'pending') as is_pending,
        bool_or(status != 'cancelled' and quantity > 0) as is_purchase,
        bool_or(is_return) as has_return,
        min_by(user_id, if(user_id is null, null, struct(ordered_at, order_line_id))) as user_id,
        min_by(user_version_id, if(user_id is null, null, struct(ordered_at, order_line_id))) as user_version_id,
        min_by(payment_method, struct(ordered_at, order_line_id)) as payment_method,
        count(*) as order_line_count,
        count(distinct product_id) as product_count,
        sum(quantity) as item_count,
        sum(gross_amount) as gross,
        sum(discount_amount) as discount,
        sum(refund_amount) as refund,
        sum(net_amount) as net
    from order_lines
    group by source_system, order_date, order_id
),

final as (
    select
        source_system,
        order_date,
        order_id,
        ordered_at,
        updated_at,
        case
            when is_cancelled then 'cancelled'
            when is_undone then 'returned'
            when is_pending then 'pending'
            else 'completed'
        end as status,
        is_cancelled,
        is_purchase,
        has_return,
        user_id,
        coalesce(user_version_id, 'unknown') as user_version_id,
        payment_method,
        order_line_count,
        product_count,
        cast(item_count as bigint) as item_count,
        cast(gross as decimal(18, 4)) as gross_amount,
        cast(discount as decimal(18, 4)) as discount_amount,
        cast(refund as decimal(18, 4)) as refund_amount,
        cast(net as decimal(18, 4)) as net_amount
    from orders
)

select * from final
