-- Through which channel do visitors come for the first time, and how many of those go on to become
-- customers?
with

customers as (
    select distinct
        links.source_system,
        links.visitor_id
    from {{ mart('visitor_users') }} as links
    inner join {{ mart('user_metrics') }} as metrics
        on
            links.source_system = metrics.source_system
            and links.user_id = metrics.user_id
            and metrics.order_count > 0
)

select
    firsts.source_system,
    firsts.traffic_source,
    count(*) as visitor_count,
    count(customers.visitor_id) as customer_count,
    count(customers.visitor_id) / count(*) as customer_rate
from {{ mart('visitor_first_sessions') }} as firsts
left join customers
    on
        firsts.source_system = customers.source_system
        and firsts.visitor_id = customers.visitor_id
group by firsts.source_system, firsts.traffic_source
order by firsts.source_system asc, visitor_count desc, firsts.traffic_source asc
