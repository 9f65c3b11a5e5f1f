-- Which lines are missing from the facts, and why?
--
-- For example: for which reasons are lines refused, and what does one of each look like?
select
    source_system,
    staging_model,
    quarantine_reason,
    sum(line_count) as line_count,
    count(distinct file_id) as file_count,
    min(quarantined_line) as example_line
from {{ ref('quarantined_lines') }}
group by source_system, staging_model, quarantine_reason
order by line_count desc, source_system asc, staging_model asc, quarantine_reason asc
