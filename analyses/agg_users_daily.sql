-- How many users were active, new, returning or reactivated on a date?
--
-- For example: does the shop grow by new users or by those who come back?
select
    source_system,
    event_date,
    active_user_count,
    cast(new_user_count as double) / active_user_count as new_rate,
    cast(returning_user_count as double) / active_user_count as returning_rate,
    cast(reactivated_user_count as double) / active_user_count as reactivated_rate
from {{ mart('agg_users_daily') }}
order by source_system, event_date
