-- Which share of customers buys again later, and for how much?
--
-- For example: does a younger cohort come back more often one and two months later than an older one did?
select
    source_system,
    cohort_month,
    max(cohort_customer_count) as cohort_customer_count,
    max(if(months_since = 1, retention_rate, null)) as first_month_retention_rate,
    max(if(months_since = 2, retention_rate, null)) as second_month_retention_rate,
    sum(net_amount) as net_amount
from {{ mart('cohort_retention') }}
group by source_system, cohort_month
order by source_system, cohort_month
