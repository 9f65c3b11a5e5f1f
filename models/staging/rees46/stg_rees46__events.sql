{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='rees46' in var('source_systems'),
) }}

{% set columns = [
    'event_time', 'event_type', 'product_id', 'category_id', 'category_code', 'brand', 'price', 'user_id',
    'user_session',
] %}
{% set rebuild = files_to_stage('rees46', 'events') %}

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
    from {{ source('rees46', 'events') }}
),

parsed as (
    {{ parse_csv_lines('rees46', 'events', columns, rebuild) }}
),

typed as (
    select
        *,
        -- like 2019-10-01 00:00:00 UTC
        if(
            length(event_time) = 23 and endswith(event_time, ' UTC'),
            {{ plausible_timestamp("try_cast(replace(event_time, ' UTC', 'Z') as timestamp)") }},
            null
        ) as event_at,
        case
            when event_type = 'cart' then 'add_to_cart'
            when event_type in ('view', 'remove_from_cart', 'purchase') then event_type
        end as canonical_event_type,
        {{ decimal_number('price') }} as item_price
    from parsed
),

validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when product_id is null or user_id is null then 'empty_key'
            when event_at is null then 'bad_time'
            when canonical_event_type is null then 'unknown_event_type'
            when item_price is null or {{ is_beyond_all_sales('1', 'item_price') }} then 'bad_number'
        end as quarantine_reason
    from typed
),

final as (
    select
        file_id,
        landed_date,
        landed_at,
        'rees46' as source_system,
        -- the logs carry no id of their own: equal lines are the same event
        md5({{ text_of_line('line') }}) as event_id,
        event_at,
        to_date(event_at) as event_date,
        canonical_event_type as event_type,
        user_id as visitor_id,
        user_id,
        user_session as source_session_id,
        product_id,
        1 as quantity,
        item_price as unit_price,
        cast(null as string) as order_id,
        cast(null as string) as page_url,
        cast(null as string) as traffic_source,
        cast(null as string) as device_type,
        cast(null as string) as ip_address,
        cast(null as string) as user_agent,
        category_id,
        category_code,
        brand,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from validated
)

select * from final
