-- tables that stay behind the others of their source system
select
    source_system,
    table_name,
    last_landed_date,
    landing_lag_days,
    last_fact_date,
    fact_lag_days
from {{ ref('freshness') }}
where landing_lag_days > 0
order by landing_lag_days desc, source_system asc, table_name asc
