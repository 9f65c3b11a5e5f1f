{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='corner_shop' in var('source_systems'),
) }}

{% set columns = ['click_id', 'clicked_at', 'action', 'device', 'customer', 'item', 'pieces', 'price'] %}
{% set rebuild = files_to_stage('corner_shop', 'clicks') %}

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
    from {{ source('corner_shop', 'clicks') }}
),

parsed as (
    {{ parse_csv_lines('corner_shop', 'clicks', columns, rebuild) }}
),

typed as (
    select
        *,
        -- like 2024-05-01 08:15:30; the shop's clocks show UTC
        {{ utc_timestamp("concat(replace(clicked_at, ' ', 'T'), 'Z')") }} as event_at,
        case action
            when 'look' then 'view'
            when 'basket' then 'add_to_cart'
            when 'buy' then 'purchase'
        end as event_type,
        try_cast(pieces as int) as quantity,
        -- prices have a decimal comma
        {{ decimal_number("replace(price, ',', '.')") }} as unit_price
    from parsed
),

-- the first reason that applies is the one a reader can act on
validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when click_id is null or device is null or item is null then 'empty_key'
            when event_at is null then 'bad_time'
            when event_type is null then 'unknown_event_type'
            when coalesce(quantity, 0) <= 0 or coalesce(unit_price, -1) < 0 then 'bad_number'
            when {{ is_beyond_all_sales('quantity', 'unit_price') }} then 'bad_number'
        end as quarantine_reason
    from typed
),

final as (
    select
        file_id,
        landed_date,
        landed_at,
        'corner_shop' as source_system,
        click_id as event_id,
        event_at,
        to_date(event_at) as event_date,
        event_type,
        device as visitor_id,
        customer as user_id,
        cast(null as string) as source_session_id,
        item as product_id,
        quantity,
        unit_price,
        cast(null as string) as order_id,
        cast(null as string) as page_url,
        cast(null as string) as traffic_source,
        cast(null as string) as device_type,
        cast(null as string) as ip_address,
        cast(null as string) as user_agent,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from validated
)

select * from final
