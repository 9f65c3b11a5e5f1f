-- Is the data up to date?
--
-- For example: which tables stay behind the others of their source system, and by how many days?
select
    source_system,
    table_name,
    last_landed_date,
    landing_lag_days,
    last_fact_date,
    fact_lag_days
from {{ ref('freshness') }}
order by landing_lag_days desc, fact_lag_days desc nulls last, source_system asc, table_name asc
