{% set dates = processed_dates(source('landing', 'manifest')) %}

with

manifest as (
    select
        file_id,
        source_system,
        table_name,
        file_name,
        stored_path,
        landed_date,
        action,
        byte_count,
        line_count,
        repeated_header_count,
        checksum,
        header_line,
        header_columns,
        recorded_at
    from {{ source('landing', 'manifest') }}
),

-- a file lives until a row withdraws it; nothing in the manifest is ever edited
withdrawals as (
    select
        file_id,
        min(recorded_at) as withdrawn_at
    from manifest
    where action = 'withdrawn'
    group by file_id
),

final as (
    select
        manifest.file_id,
        manifest.source_system,
        manifest.table_name,
        manifest.file_name,
        manifest.stored_path,
        element_at(split(manifest.stored_path, '/'), -1) as stored_name,
        manifest.landed_date,
        manifest.recorded_at as landed_at,
        withdrawals.withdrawn_at,
        withdrawals.withdrawn_at is null as is_live,
        manifest.byte_count,
        manifest.line_count,
        manifest.repeated_header_count,
        manifest.checksum,
        manifest.header_line,
        manifest.header_columns
    from manifest
    left join withdrawals
        on manifest.file_id = withdrawals.file_id
    where
        manifest.action = 'landed'
        and {{ is_processed('manifest.landed_date', dates) }}
)

select * from final
