{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([ref('fct_order_lines')]) %}

{{ overwrites(none, rebuild) }}

with

-- what was bought, also when it was sent back later; a booked return buys nothing
bought_lines as (
    select
        source_system,
        order_date,
        order_id,
        product_id
    from {{ ref('fct_order_lines') }}
    where
        status != 'cancelled'
        and quantity > 0
),

baskets as (
    select
        source_system,
        array_sort(collect_set(product_id)) as products
    from bought_lines
    group by source_system, order_date, order_id
),

basket_counts as (
    select
        source_system,
        count(*) as basket_count
    from baskets
    group by source_system
),

places as (
    select
        source_system,
        products,
        place,
        product_id
    from baskets
        lateral view posexplode(products) as place, product_id
),

product_counts as (
    select
        source_system,
        product_id,
        count(*) as basket_count
    from places
    group by source_system, product_id
),

-- each product with those after it in the basket: every pair once, without a join
basket_pairs as (
    select
        source_system,
        product_id,
        paired_product_id
    from places
        lateral view explode(slice(products, place + 2, size(products))) as paired_product_id
),

pairs as (
    select
        source_system,
        product_id,
        paired_product_id,
        count(*) as pair_order_count
    from basket_pairs
    group by source_system, product_id, paired_product_id
    having count(*) >= 2
),

final as (
    select
        pairs.source_system,
        pairs.product_id,
        pairs.paired_product_id,
        pairs.pair_order_count,
        product_counts.basket_count as product_order_count,
        paired_counts.basket_count as paired_product_order_count,
        basket_counts.basket_count as all_order_count,
        cast(pairs.pair_order_count as double) / basket_counts.basket_count as support_rate,
        cast(pairs.pair_order_count as double) / product_counts.basket_count as confidence_rate,
        cast(pairs.pair_order_count as double) / paired_counts.basket_count as reverse_confidence_rate,
        cast(pairs.pair_order_count as double) * basket_counts.basket_count
        / (cast(product_counts.basket_count as double) * paired_counts.basket_count) as lift
    from pairs
    inner join product_counts
        on
            pairs.source_system = product_counts.source_system
            and pairs.product_id = product_counts.product_id
    inner join product_counts as paired_counts
        on
            pairs.source_system = paired_counts.source_system
            and pairs.paired_product_id = paired_counts.product_id
    inner join basket_counts
        on pairs.source_system = basket_counts.source_system
)

select * from final
