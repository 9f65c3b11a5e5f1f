{{ config(
    materialized='incremental',
    partition_by=['order_date'],
) }}

{% set upstreams = [{'relation': ref('fct_order_lines'), 'partition': 'order_date', 'column': 'order_date'}] %}
{# No lookback: the dates of the changed lines are rebuilt. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('order_date', rebuild) }}

with

returned_lines as (
    select
        source_system,
        order_date,
        order_line_id,
        order_id,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        ordered_at,
        updated_at,
        quantity,
        refund_amount
    from {{ ref('fct_order_lines') }}
    where
        {{ in_partitions('order_date', rebuild) }}
        and is_return
        and status != 'cancelled'
),

-- a return booked as a line of its own has a negative quantity and names no sale; where the clock of
-- the status is behind that of the order, the return is of the same day
final as (
    select
        source_system,
        order_date,
        order_line_id,
        order_id,
        user_id,
        user_version_id,
        product_id,
        product_version_id,
        ordered_at,
        updated_at as returned_at,
        to_date(updated_at) as return_date,
        if(
            quantity < 0,
            null,
            cast(greatest(datediff(to_date(updated_at), order_date), 0) as bigint)
        ) as days_to_return,
        abs(quantity) as quantity,
        refund_amount
    from returned_lines
)

select * from final
