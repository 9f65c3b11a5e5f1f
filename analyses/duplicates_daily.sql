-- How many lines did the files of a day repeat?
--
-- For example: on which days did a table repeat the largest share of its lines?
select
    source_system,
    table_name,
    landed_date,
    line_count,
    duplicate_count,
    duplicate_rate
from {{ ref('duplicates_daily') }}
order by duplicate_rate desc nulls last, source_system asc, table_name asc, landed_date asc
limit 20
