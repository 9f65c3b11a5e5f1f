-- Which products are bought together?
--
-- For example: what should be offered to a buyer of each product? The three others that are bought with it
-- most markedly.
with

directions as (
    select
        source_system,
        product_id,
        paired_product_id as offered_product_id,
        pair_order_count,
        confidence_rate,
        lift
    from {{ mart('product_affinity') }}

    union all

    select
        source_system,
        paired_product_id as product_id,
        product_id as offered_product_id,
        pair_order_count,
        reverse_confidence_rate as confidence_rate,
        lift
    from {{ mart('product_affinity') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by source_system, product_id
            order by lift desc, pair_order_count desc, offered_product_id asc
        ) as offer_rank
    from directions
)

select
    source_system,
    product_id,
    offer_rank,
    offered_product_id,
    pair_order_count,
    confidence_rate,
    lift
from ranked
where offer_rank <= 3
order by source_system, product_id, offer_rank
