-- days on which a table repeated more than one line in a hundred
select
    source_system,
    table_name,
    landed_date,
    line_count,
    duplicate_count,
    duplicate_rate
from {{ ref('duplicates_daily') }}
where duplicate_rate > 0.01
order by source_system, table_name, landed_date
