-- How much does a user look, cart, buy and send back, and how often does one lead to the other?
--
-- For example: who looks much, fills carts and buys nothing, and may want a reminder?
select
    source_system,
    user_id,
    active_day_count,
    view_count,
    view_to_cart_rate,
    last_active_date
from {{ mart('user_engagement') }}
where
    purchase_count = 0
    and add_to_cart_count > 0
order by view_count desc, source_system asc, user_id asc
limit 20
