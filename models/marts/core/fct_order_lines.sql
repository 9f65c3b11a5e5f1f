{{ config(
    materialized='incremental',
    partition_by=['order_date', 'is_orphan'],
) }}

{# An order formed from purchases belongs to the date on which its session began. #}
{% set is_bought_without_order = "event_type = 'purchase' and source_system in (" ~ sources_without_orders() ~ ')' %}
{% set purchases = {
    'relation': ref('fct_events'),
    'partition': 'event_date',
    'column': 'session_date',
    'rows': is_bought_without_order,
} %}
{% set rebuild = partitions_to_rebuild(staging_upstreams('order_date', stream='order_lines') + [purchases]) %}
{% set rebuild = with_changed_versions(rebuild, ref('dim_users'), 'user_id', 'order_date', 'ordered_at') %}
{% set rebuild = with_changed_versions(rebuild, ref('dim_products'), 'product_id', 'order_date', 'ordered_at') %}

{{ overwrites('order_date', rebuild) }}

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
    where {{ in_partitions('order_date', rebuild) }}
),

purchases as (
    select
        file_id,
        source_system,
        event_id,
        event_date,
        session_id,
        session_date,
        event_at,
        user_id,
        product_id,
        quantity,
        unit_price
    from {{ ref('fct_events') }}
    where
        {{ in_partitions('event_date', with_neighbouring_dates(rebuild, days_after=1)) }}
        and {{ in_partitions('session_date', rebuild) }}
        and {{ is_bought_without_order }}
),

user_versions as (
    select
        user_version_id,
        source_system,
        user_id,
        valid_from,
        valid_to
    from {{ ref('dim_users') }}
),

product_versions as (
    select
        product_version_id,
        source_system,
        product_id,
        valid_from,
        valid_to
    from {{ ref('dim_products') }}
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
        -- dated by the session, in which an id of the day before may come back after midnight
        if(event_date = session_date, event_id, concat(event_id, '@', cast(event_date as string))) as order_line_id,
        session_id as order_id,
        event_at as ordered_at,
        session_date as order_date,
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
        sales.source_system,
        sales.order_line_id,
        sales.order_id,
        sales.order_date,
        sales.ordered_at,
        sales.updated_at,
        sales.status,
        sales.is_return,
        sales.user_id,
        coalesce(user_versions.user_version_id, 'unknown') as user_version_id,
        sales.product_id,
        coalesce(product_versions.product_version_id, 'unknown') as product_version_id,
        sales.quantity,
        sales.unit_price,
        sales.signed_amount,
        cast(sales.gross as decimal(18, 4)) as gross_amount,
        cast(sales.discount as decimal(18, 4)) as discount_amount,
        cast(sales.refund as decimal(18, 4)) as refund_amount,
        cast(sales.gross - sales.discount - sales.refund as decimal(18, 4)) as net_amount,
        sales.payment_method,
        sales.country,
        {{ is_orphan('sales.source_system', 'sales.user_id', 'sales.product_id') }} as is_orphan,
        sales.file_id,
        sales.duplicate_file_ids,
        sales.superseded_file_ids
    from sales
    left join user_versions
        on
            sales.source_system = user_versions.source_system
            and sales.user_id = user_versions.user_id
            and sales.ordered_at >= user_versions.valid_from
            and sales.ordered_at < user_versions.valid_to
    left join product_versions
        on
            sales.source_system = product_versions.source_system
            and sales.product_id = product_versions.product_id
            and sales.ordered_at >= product_versions.valid_from
            and sales.ordered_at < product_versions.valid_to
)

select * from final
