{{ config(
    materialized='incremental',
    partition_by=['landed_date', 'file_id'],
    enabled='shop' in var('source_systems'),
) }}

{% set columns = [
    'user_id', 'name', 'email', 'gender', 'birth_date', 'country', 'region', 'city', 'loyalty_tier',
    'signed_up_at', 'updated_at', 'is_deleted',
] %}
{% set rebuild = files_to_stage('shop', 'users') %}

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
    from {{ source('shop', 'users') }}
),

parsed as (
    {{ parse_csv_lines('shop', 'users', columns, rebuild) }}
),

typed as (
    select
        *,
        {{ utc_timestamp('signed_up_at') }} as sign_up_time,
        {{ utc_timestamp('updated_at') }} as update_time,
        -- the cast alone takes 900506 for a year
        if(substring(birth_date, 5, 1) = '-', try_cast(birth_date as date), null) as birthday,
        try_cast(is_deleted as boolean) as deletion_flag
    from parsed
),

validated as (
    select
        *,
        case
            when line_defect is not null then line_defect
            when user_id is null then 'empty_key'
            when update_time is null then 'bad_time'
            when signed_up_at is not null and sign_up_time is null then 'bad_time'
            when birth_date is not null and birthday is null then 'bad_time'
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
        user_id,
        name,
        email,
        gender,
        birthday as birth_date,
        country,
        region,
        city,
        loyalty_tier,
        sign_up_time as signed_up_at,
        update_time as updated_at,
        coalesce(deletion_flag, false) as is_deleted,
        if(quarantine_reason is not null, line, null) as quarantined_line,
        quarantine_reason
    from validated
)

select * from final
