{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='shop' in var('source_systems'),
) }}

{% set columns = [
    'event_id', 'event_time', 'event_type', 'visitor_id', 'user_id', 'session_id', 'product_id',
    'quantity', 'price', 'order_id', 'page_url', 'traffic_source', 'device_type', 'ip_address',
    'user_agent',
] %}
{% set rebuild = files_to_stage('shop', 'events') %}

{{ overwrites('file_id', rebuild) }}

with

files as (
    select
        file_id,
        source_system,
        table_name,
        stored_name,
        landed_date,
        landed_at,
        is_live,
        header_line,
        header_columns,
        repeated_header_count
    from {{ ref('stg_landing__files') }}
),

lines as (
    select
        line,
        landed_date,
        _metadata.file_name as stored_name
    from {{ source('shop', 'events') }}
),

parsed as (
    {{ parse_csv_lines('shop', 'events', columns, rebuild) }}
),

typed as (
    select
        *,
        {{ utc_timestamp('event_time') }} as event_at,
        try_cast(quantity as int) as item_quantity,
        {{ decimal_number('price') }} as item_price
    from parsed
),

-- the first reason that applies is the one a reader can act on
validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when event_id is null or visitor_id is null then 'empty_key'
            when event_at is null then 'bad_time'
            when event_type is null then 'unknown_event_type'
            when
                event_type not in (
                    'view', 'wishlist', 'add_to_cart', 'remove_from_cart', 'purchase', 'return', 'exit'
                )
                then 'unknown_event_type'
            when product_id is null and event_type not in ('view', 'exit') then 'empty_key'
            when order_id is null and event_type in ('purchase', 'return') then 'empty_key'
            when quantity is not null and coalesce(item_quantity, -1) < 0 then 'bad_number'
            when price is not null and coalesce(item_price, -1) < 0 then 'bad_number'
            when
                event_type in ('purchase', 'return')
                and (item_price is null or coalesce(item_quantity, 0) = 0)
                then 'bad_number'
            when {{ is_beyond_all_sales('item_quantity', 'item_price') }} then 'bad_number'
        end as quarantine_reason
    from typed
),

final as (
    select
        file_id,
        landed_date,
        landed_at,
        'shop' as source_system,
        event_id,
        event_at,
        to_date(event_at) as event_date,
        event_type,
        visitor_id,
        user_id,
        session_id as source_session_id,
        product_id,
        item_quantity as quantity,
        item_price as unit_price,
        order_id,
        page_url,
        traffic_source,
        device_type,
        ip_address,
        user_agent,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from validated
)

select * from final
