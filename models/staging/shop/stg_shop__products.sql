{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='shop' in var('source_systems'),
) }}

{% set columns = [
    'product_id', 'name', 'brand', 'category', 'subcategory', 'price', 'cost', 'updated_at', 'is_deleted',
] %}
{% set rebuild = files_to_stage('shop', 'products') %}

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
    from {{ source('shop', 'products') }}
),

parsed as (
    {{ parse_csv_lines('shop', 'products', columns, rebuild) }}
),

typed as (
    select
        *,
        {{ decimal_number('price') }} as list_price,
        {{ decimal_number('cost') }} as unit_cost,
        {{ utc_timestamp('updated_at') }} as update_time,
        try_cast(is_deleted as boolean) as deletion_flag
    from parsed
),

validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when product_id is null then 'empty_key'
            when update_time is null then 'bad_time'
            when coalesce(list_price, -1) < 0 then 'bad_number'
            when cost is not null and coalesce(unit_cost, -1) < 0 then 'bad_number'
            when is_deleted is not null and deletion_flag is null then 'bad_flag'
        end as quarantine_reason
    from typed
),

final as (
    select
        file_id,
        landed_date,
        landed_at,
        'shop' as source_system,
        product_id,
        name as product_name,
        brand,
        category,
        subcategory,
        list_price,
        unit_cost as cost_price,
        update_time as updated_at,
        coalesce(deletion_flag, false) as is_deleted,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from validated
)

select * from final
