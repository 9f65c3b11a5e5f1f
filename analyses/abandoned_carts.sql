-- How much money lies in carts, whose are they, and which come back?
--
-- For example: which fifty carts are worth a reminder: left by a known user between an hour and three days
-- ago, not recovered, the most valuable first?
select
    source_system,
    user_id,
    product_ids,
    value_amount,
    minutes_since_activity
from {{ mart('abandoned_carts') }}
where
    user_id is not null
    and not is_recovered
    and minutes_since_activity between 60 and 3 * 24 * 60
order by value_amount desc, source_system asc, session_id asc
limit 50
