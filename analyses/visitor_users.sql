-- How many users come with more than one device?
with

devices as (
    select
        source_system,
        user_id,
        count(*) as device_count
    from {{ mart('visitor_users') }}
    group by source_system, user_id
)

select
    source_system,
    device_count,
    count(*) as user_count
from devices
group by source_system, device_count
order by source_system, device_count
