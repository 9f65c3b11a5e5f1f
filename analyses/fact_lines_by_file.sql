-- On which dates are the facts of a file?
--
-- For example: which files tell of more than one date, and of which dates?
select
    files.source_system,
    files.file_name,
    files.landed_date,
    min(facts.fact_date) as first_fact_date,
    max(facts.fact_date) as last_fact_date,
    count(*) as date_count,
    sum(facts.fact_count) as fact_count
from {{ ref('fact_lines_by_file') }} as facts
inner join {{ ref('file_reconciliation') }} as files on facts.file_id = files.file_id
group by files.source_system, files.file_name, files.landed_date, files.file_id
having count(*) > 1
order by date_count desc, files.source_system asc, files.file_name asc
