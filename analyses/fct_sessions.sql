-- How long do visits last, where do they come from, and how many end in a purchase?
--
-- For example: how long are visits that buy, that leave a cart behind and that only look, and how many are
-- there of each?
with

visits as (
    select
        source_system,
        duration_seconds,
        page_count,
        revenue_amount,
        case
            when is_converted then 'bought'
            when is_abandoned then 'left a cart'
            else 'looked'
        end as outcome
    from {{ mart('fct_sessions') }}
    where not is_bot
)

select
    source_system,
    outcome,
    count(*) as session_count,
    percentile(duration_seconds, 0.5) / 60 as median_minutes,
    avg(page_count) as average_page_count,
    sum(revenue_amount) as revenue_amount
from visits
group by source_system, outcome
order by source_system asc, session_count desc, outcome asc
