{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='online_retail' in var('source_systems'),
) }}

{% set columns = [
    'InvoiceNo', 'StockCode', 'Description', 'Quantity', 'InvoiceDate', 'UnitPrice', 'CustomerID', 'Country',
] %}
{% set rebuild = files_to_stage('online_retail', 'order_lines') %}

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
    from {{ source('online_retail', 'order_lines') }}
),

parsed as (
    {{ parse_csv_lines('online_retail', 'order_lines', columns, rebuild) }}
),

typed as (
    select
        file_id,
        landed_date,
        landed_at,
        line,
        line_defect,
        md5({{ text_of_line('line') }}) as line_hash,
        invoiceno as order_id,
        stockcode as product_id,
        description as product_name,
        try_cast(quantity as int) as quantity,
        -- local shop time without a zone, taken as UTC
        if(
            substring(invoicedate, 5, 1) = '-',
            {{ plausible_timestamp("try_cast(concat(substring(`InvoiceDate`, 1, 19), 'Z') as timestamp)") }},
            null
        ) as ordered_at,
        {{ decimal_number('unitprice') }} as unit_price,
        -- customers come as numbers with a decimal point: 17850.0
        regexp_replace(customerid, '[.]0$', '') as user_id,
        country
    from parsed
),

validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when order_id is null or product_id is null then 'empty_key'
            when ordered_at is null then 'bad_time'
            when quantity is null or unit_price is null then 'bad_number'
            when {{ is_beyond_all_sales('quantity', 'unit_price') }} then 'bad_number'
        end as quarantine_reason
    from typed
),

-- the source has no line id and repeats are real: equal lines of a file are distinguished by counting
numbered as (
    select
        *,
        row_number() over (partition by file_id, line_hash order by line_hash) as occurrence
    from validated
),

final as (
    select
        file_id,
        landed_date,
        landed_at,
        'online_retail' as source_system,
        concat(line_hash, '-', occurrence) as order_line_id,
        order_id,
        ordered_at,
        to_date(ordered_at) as order_date,
        ordered_at as updated_at,
        'completed' as status,
        coalesce(startswith(order_id, 'C'), false) as is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        cast(0 as decimal(18, 4)) as discount_amount,
        cast(null as string) as payment_method,
        country,
        product_name,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from numbered
)

select * from final
