-- How much of what people do happens before they log in, and of what kind is it?
select
    source_system,
    if(user_id = '', 'anonymous', 'logged in') as visitor_kind,
    count(distinct visitor_id) as visitor_count,
    sum(event_count) as event_count,
    sum(view_count) as view_count,
    sum(add_to_cart_count) as add_to_cart_count,
    sum(purchase_count) as purchase_count
from {{ mart('agg_visitors_daily') }}
group by source_system, if(user_id = '', 'anonymous', 'logged in')
order by source_system, visitor_kind
