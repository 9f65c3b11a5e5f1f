{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='shop' in var('source_systems'),
) }}

{% set columns = [
    'order_id', 'order_line', 'user_id', 'product_id', 'quantity', 'unit_price', 'discount_amount',
    'total_amount', 'payment_method', 'status', 'ordered_at', 'updated_at',
] %}
{% set rebuild = files_to_stage('shop', 'orders') %}

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
    from {{ source('shop', 'orders') }}
),

parsed as (
    {{ parse_csv_lines('shop', 'orders', columns, rebuild) }}
),

typed as (
    select
        file_id,
        landed_date,
        landed_at,
        line,
        line_defect,
        order_id,
        order_line,
        user_id,
        product_id,
        payment_method,
        status,
        try_cast(quantity as int) as quantity,
        {{ decimal_number('unit_price') }} as unit_price,
        discount_amount as discount_text,
        {{ decimal_number('discount_amount') }} as discount_amount,
        {{ utc_timestamp('ordered_at') }} as ordered_at,
        {{ utc_timestamp('updated_at') }} as updated_at
    from parsed
),

validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when order_id is null or order_line is null or product_id is null then 'empty_key'
            when ordered_at is null or updated_at is null then 'bad_time'
            when status is null then 'unknown_status'
            when status not in ('pending', 'completed', 'cancelled', 'returned') then 'unknown_status'
            when coalesce(quantity, 0) <= 0 or coalesce(unit_price, -1) < 0 then 'bad_number'
            when discount_text is not null and coalesce(discount_amount, -1) < 0 then 'bad_number'
            when
                {{ is_beyond_all_sales('quantity', 'unit_price') }}
                or {{ is_beyond_all_sales('1', 'discount_amount') }}
                then 'bad_number'
            -- else lines of two orders could have one id
            when order_line rlike '[^0-9]' then 'bad_number'
        end as quarantine_reason
    from typed
),

final as (
    select
        file_id,
        landed_date,
        landed_at,
        'shop' as source_system,
        concat(order_id, '-', order_line) as order_line_id,
        order_id,
        ordered_at,
        to_date(ordered_at) as order_date,
        updated_at,
        status,
        status = 'returned' as is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        coalesce(discount_amount, cast(0 as decimal(18, 4))) as discount_amount,
        payment_method,
        cast(null as string) as country,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from validated
)

select * from final
