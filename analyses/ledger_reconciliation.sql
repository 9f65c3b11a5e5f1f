-- Do the marts tell what the simulated shop did, to the cent?
--
-- For example: do the marts tell what the simulated shop did? Empty unless a ledger was landed.
select
    comparison,
    value_count,
    difference_count,
    difference_count = 0 and not has_lapsed as is_equal
from {{ ref('ledger_reconciliation') }}
order by difference_count desc, comparison asc
