-- What happened when, on which page, by whom, in which session?
--
-- For example: which pages are looked at most by people, and by how many of them?
select
    source_system,
    page_url,
    count(*) as view_count,
    count(distinct visitor_id) as visitor_count
from {{ mart('fct_events') }}
where
    event_type = 'view'
    and page_url is not null
    and not is_bot
group by source_system, page_url
order by view_count desc, source_system asc, page_url asc
limit 20
