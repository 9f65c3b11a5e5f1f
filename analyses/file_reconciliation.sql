-- Is each landed line a fact, a duplicate or quarantined, and none lost?
--
-- For example: what became of the lines of each table: do facts, duplicates and quarantined lines account
-- for all?
select
    source_system,
    table_name,
    count(*) as file_count,
    sum(line_count) as line_count,
    sum(fact_count) as fact_count,
    sum(duplicate_count) as duplicate_count,
    sum(quarantined_count) as quarantined_count,
    bool_and(is_reconciled) as is_reconciled
from {{ ref('file_reconciliation') }}
group by source_system, table_name
order by source_system, table_name
