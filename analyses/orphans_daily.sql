-- Which facts name a user or product that was never landed?
--
-- For example: is it users or products that the extracts lack?
select
    source_system,
    stream_name,
    sum(fact_count) as fact_count,
    sum(unknown_user_fact_count) as unknown_user_fact_count,
    sum(unknown_product_fact_count) as unknown_product_fact_count
from {{ ref('orphans_daily') }}
group by source_system, stream_name
order by source_system, stream_name
