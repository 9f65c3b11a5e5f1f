{% set order_of_versions -%}
    updated_at desc, landed_at asc, file_id asc, status asc, quantity asc, unit_price asc,
    discount_amount asc, ordered_at asc, user_id asc, product_id asc, payment_method asc, order_id asc,
    is_return asc, country asc
{%- endset %}

with

order_lines as (
    select
        file_id,
        landed_at,
        source_system,
        order_line_id,
        order_id,
        ordered_at,
        order_date,
        updated_at,
        status,
        is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        discount_amount,
        payment_method,
        country
    from {{ ref('int_order_lines__united') }}
),

-- an order line is landed again when its status changes: the latest version is the fact, the first
-- landed one among equals
ranked as (
    select
        *,
        row_number() over latest_version as version_rank,
        collect_list(struct(file_id, updated_at)) over (
            partition by source_system, order_date, order_line_id
            order by {{ order_of_versions }}
            rows between unbounded preceding and unbounded following
        ) as versions
    from order_lines
    window
        latest_version as (
            partition by source_system, order_date, order_line_id
            order by {{ order_of_versions }}
        )
),

latest as (
    select
        *,
        slice(versions, 2, greatest(size(versions) - 1, 0)) as other_versions
    from ranked
    where version_rank = 1
),

-- the first landed line of an older version is superseded, and what repeats the line before it, in
-- the order of versions, is a duplicate; none is null
final as (
    select
        file_id,
        source_system,
        order_line_id,
        order_id,
        ordered_at,
        order_date,
        updated_at,
        status,
        is_return,
        user_id,
        product_id,
        quantity,
        unit_price,
        discount_amount,
        payment_method,
        country,
        nullif(
            transform(
                filter(other_versions, (version, place) -> version.updated_at = versions[place].updated_at),
                version -> version.file_id
            ),
            array()
        ) as duplicate_file_ids,
        nullif(
            transform(
                filter(other_versions, (version, place) -> version.updated_at != versions[place].updated_at),
                version -> version.file_id
            ),
            array()
        ) as superseded_file_ids
    from latest
)

select * from final
