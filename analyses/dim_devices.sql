-- Which devices are there, and which are handheld?
--
-- For example: do visits on devices handheld buy less often than others?
select
    sessions.source_system,
    devices.is_handheld,
    devices.device_group,
    count(*) as session_count,
    count_if(sessions.is_converted) / count(*) as conversion_rate
from {{ mart('fct_sessions') }} as sessions
inner join {{ mart('dim_devices') }} as devices on sessions.device_type = devices.device_type
where not sessions.is_bot
group by sessions.source_system, devices.is_handheld, devices.device_group
order by sessions.source_system asc, session_count desc, devices.device_group asc
