-- When was something that was left in a cart bought after all?
--
-- For example: how many carts were won back on each date, and after how many hours by the median?
with

first_recoveries as (
    select
        source_system,
        session_id,
        min(recovered_at) as recovered_at
    from {{ mart('cart_recoveries') }}
    group by source_system, session_id
)

select
    recoveries.source_system,
    -- the date in UTC, whatever the time zone of the session
    date_from_unix_date(cast(floor(unix_seconds(recoveries.recovered_at) / 86400) as int)) as recovered_date,
    count(*) as cart_count,
    percentile(
        unix_seconds(recoveries.recovered_at) - unix_seconds(carts.last_activity_at), 0.5
    ) / 3600 as median_hours
from first_recoveries as recoveries
inner join {{ mart('abandoned_cart_contents') }} as carts
    on
        recoveries.source_system = carts.source_system
        and recoveries.session_id = carts.session_id
group by recoveries.source_system, recovered_date
order by recoveries.source_system, recovered_date
