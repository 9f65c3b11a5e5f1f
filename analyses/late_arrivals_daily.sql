-- How long do lines take to arrive?
--
-- For example: how long must one wait until nearly everything of a date has come?
select
    source_system,
    stream_name,
    sum(line_count) as line_count,
    cast(sum(if(late_days <= 0, line_count, 0)) as double) / sum(line_count) as in_time_rate,
    cast(sum(if(late_days <= 3, line_count, 0)) as double) / sum(line_count) as three_days_rate
from {{ ref('late_arrivals_daily') }}
group by source_system, stream_name
order by source_system, stream_name
