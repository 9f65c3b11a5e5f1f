{{ config(materialized='incremental') }}

{% set attributes = [
    'product_name', 'brand', 'category', 'subcategory', 'list_price', 'cost_price', 'is_deleted',
] %}
{% set rebuild = rebuild_if_changed(staging_relations('products')) %}

{{ overwrites(none, rebuild) }}

with

landed_versions as (
    select
        file_id,
        landed_at,
        source_system,
        product_id,
        updated_at,
        product_name,
        brand,
        category,
        subcategory,
        list_price,
        cost_price,
        is_deleted
    from {{ ref('int_products__united') }}
),

-- a version holds until the next; the first is open to the past, the last to the future
versions as (
    {{ versions_in_order('landed_versions', 'product_id', attributes) }}
),

members as (
    select
        {{ version_id('versions', 'product_id') }} as product_version_id,
        versions.source_system,
        versions.product_id,
        versions.version_number,
        if(versions.version_number = 1, {{ first_moment() }}, versions.updated_at) as valid_from,
        coalesce(versions.next_updated_at, {{ end_of_time() }}) as valid_to,
        versions.next_updated_at is null as is_current,
        versions.updated_at,
        versions.product_name,
        versions.brand,
        versions.category,
        versions.subcategory,
        versions.list_price,
        versions.cost_price,
        versions.is_deleted
    from versions

    union all

    -- stands for whom or what is not known, so that every fact has a member
    select
        'unknown' as product_version_id,
        'unknown' as source_system,
        'unknown' as product_id,
        0 as version_number,
        {{ first_moment() }} as valid_from,
        {{ end_of_time() }} as valid_to,
        true as is_current,
        cast(null as timestamp) as updated_at,
        'unknown' as product_name,
        'unknown' as brand,
        'unknown' as category,
        'unknown' as subcategory,
        cast(null as decimal(18, 4)) as list_price,
        cast(null as decimal(18, 4)) as cost_price,
        false as is_deleted
),

final as (
    select
        product_version_id,
        source_system,
        product_id,
        version_number,
        valid_from,
        valid_to,
        is_current,
        updated_at,
        product_name,
        brand,
        category,
        subcategory,
        list_price,
        cost_price,
        is_deleted
    from members
)

select * from final
