{{ config(
    materialized='incremental',
    partition_by=['order_date'],
    unique_key=['source_system', 'order_date', 'order_line_id'],
) }}

{%- set purchases = {'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'} %}
{%- set plan = plan_incremental(staging_upstreams('order_date', stream='order_lines') + [purchases]) %}

{{ replaces('order_date', plan) }}

with

order_lines as (
    select
        file_id,
        source_system,
        order_line_id,
        order_id,
        ordered_at,
        order_date,
        updated_at,
        status,
        is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        discount_amount,
        payment_method,
        country,
        duplicate_file_ids,
        superseded_file_ids
    from {{ ref('int_order_lines__deduplicated') }}
    where {{ is_planned('order_date', plan) }}
),

purchases as (
    select
        file_id,
        source_system,
        event_id,
        session_id,
        event_at,
        event_date,
        user_id,
        product_id,
        quantity,
        unit_price
    from {{ ref('fct_events') }}
    where
        {{ is_planned('event_date', plan) }}
        and event_type = 'purchase'
        and source_system in ({{ sources_without_orders() }})
),

-- where a source lands no orders, the purchases of a session form the order
lines as (
    select
        file_id,
        source_system,
        order_line_id,
        order_id,
        ordered_at,
        order_date,
        updated_at,
        status,
        is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        discount_amount,
        payment_method,
        country,
        duplicate_file_ids,
        superseded_file_ids
    from order_lines

    union all

    select
        cast(null as string) as file_id,
        source_system,
        event_id as order_line_id,
        session_id as order_id,
        event_at as ordered_at,
        event_date as order_date,
        event_at as updated_at,
        'completed' as status,
        false as is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        cast(0 as decimal(18, 4)) as discount_amount,
        cast(null as string) as payment_method,
        cast(null as string) as country,
        cast(null as array<string>) as duplicate_file_ids,
        cast(null as array<string>) as superseded_file_ids
    from purchases
),

-- a source books a return either as a status of the line sold or as a line of its own with a
-- negative quantity; both end in the refund, and a cancelled line counts for nothing
amounts as (
    select
        *,
        cast(quantity * unit_price as decimal(18, 4)) as signed_amount
    from lines
),

sales as (
    select
        *,
        case
            when status = 'cancelled' then 0
            when is_return and quantity < 0 then 0
            else signed_amount
        end as gross,
        case
            when status = 'cancelled' then 0
            when is_return and quantity < 0 then 0
            else discount_amount
        end as discount,
        case
            when status = 'cancelled' then 0
            when is_return and quantity < 0 then -signed_amount
            when is_return then signed_amount - discount_amount
            else 0
        end as refund
    from amounts
),

final as (
    select
        source_system,
        order_line_id,
        order_id,
        order_date,
        ordered_at,
        updated_at,
        status,
        is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        signed_amount,
        cast(gross as decimal(18, 4)) as gross_amount,
        cast(discount as decimal(18, 4)) as discount_amount,
        cast(refund as decimal(18, 4)) as refund_amount,
        cast(gross - discount - refund as decimal(18, 4)) as net_amount,
        payment_method,
        country,
        file_id,
        duplicate_file_ids,
        superseded_file_ids
    from sales
)

select * from final
