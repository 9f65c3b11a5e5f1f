-- Which products lead over 1, 7 and 30 days, and did they rise or fall?
--
-- For example: which products rose most among those that brought revenue in the last week?
select
    source_system,
    product_rank,
    product_id,
    product_name,
    metric_value,
    previous_product_rank,
    rank_movement
from {{ mart('product_leaderboard') }}
where
    window_days = 7
    and metric = 'revenue'
order by rank_movement desc nulls last, source_system asc, product_rank asc
limit 10
