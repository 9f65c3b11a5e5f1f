{{ config(materialized='incremental') }}

{% set attributes = [
    'name', 'email', 'gender', 'birth_date', 'country', 'region', 'city', 'loyalty_tier', 'signed_up_at',
    'is_deleted',
] %}
{% set rebuild = rebuild_if_changed(staging_relations('users')) %}

{{ overwrites(none, rebuild) }}

with

landed_versions as (
    select
        file_id,
        landed_at,
        source_system,
        user_id,
        updated_at,
        name,
        email,
        gender,
        birth_date,
        country,
        region,
        city,
        loyalty_tier,
        signed_up_at,
        is_deleted
    from {{ ref('int_users__united') }}
),

-- a version holds until the next; the first is open to the past, the last to the future
versions as (
    {{ versions_in_order('landed_versions', 'user_id', attributes) }}
),

members as (
    select
        {{ version_id('versions', 'user_id') }} as user_version_id,
        versions.source_system,
        versions.user_id,
        versions.version_number,
        if(versions.version_number = 1, {{ first_moment() }}, versions.updated_at) as valid_from,
        coalesce(versions.next_updated_at, {{ end_of_time() }}) as valid_to,
        versions.next_updated_at is null as is_current,
        versions.updated_at,
        versions.name,
        versions.email,
        versions.gender,
        versions.birth_date,
        versions.country,
        versions.region,
        versions.city,
        versions.loyalty_tier,
        versions.signed_up_at,
        versions.is_deleted
    from versions

    union all

    -- stands for whom or what is not known, so that every fact has a member
    select
        'unknown' as user_version_id,
        'unknown' as source_system,
        'unknown' as user_id,
        0 as version_number,
        {{ first_moment() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current,
        cast(null as timestamp) as updated_at,
        'unknown' as name,
        'unknown' as email,
        'unknown' as gender,
        cast(null as date) as birth_date,
        'unknown' as country,
        'unknown' as region,
        'unknown' as city,
        'unknown' as loyalty_tier,
        cast(null as timestamp) as signed_up_at,
        false as is_deleted
),

final as (
    select
        user_version_id,
        source_system,
        user_id,
        version_number,
        valid_from,
        valid_to,
        is_current,
        updated_at,
        name,
        email,
        gender,
        birth_date,
        country,
        region,
        city,
        loyalty_tier,
        signed_up_at,
        is_deleted
    from members
)

select * from final
