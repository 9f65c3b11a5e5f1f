-- Who are the users, and which of them are active?
--
-- For example: which age bands are active, and which of the active buy?
select
    source_system,
    age_band,
    sum(user_count) as user_count,
    cast(sum(recently_active_user_count) as double) / sum(user_count) as recently_active_rate,
    cast(sum(customer_count) as double) / sum(user_count) as customer_rate,
    sum(net_amount) as net_amount
from {{ mart('user_demographics_activity') }}
group by source_system, age_band
order by source_system, age_band
