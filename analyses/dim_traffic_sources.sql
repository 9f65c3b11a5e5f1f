-- Which channels are there, and which of them cost money?
--
-- For example: how many visits does the shop pay for, and do they buy more often than those that come for
-- nothing?
select
    sessions.source_system,
    sources.is_paid,
    sources.channel_group,
    count(*) as session_count,
    count_if(sessions.is_converted) / count(*) as conversion_rate,
    sum(sessions.revenue_amount) as revenue_amount
from {{ mart('fct_sessions') }} as sessions
inner join {{ mart('dim_traffic_sources') }} as sources
    on sessions.traffic_source = sources.traffic_source
where not sessions.is_bot
group by sessions.source_system, sources.is_paid, sources.channel_group
order by sessions.source_system asc, sources.is_paid desc, session_count desc, sources.channel_group asc
