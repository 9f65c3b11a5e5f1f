-- What was a user like at any moment?
--
-- For example: in which loyalty tier were the buyers when they ordered, and how many are in another one
-- today?
select
    orders.source_system,
    versions.loyalty_tier as tier_when_ordered,
    count_if(orders.is_purchase) as order_count,
    sum(orders.net_amount) as net_amount,
    count_if(orders.is_purchase and latest.loyalty_tier is distinct from versions.loyalty_tier) as moved_since_count
from {{ mart('fct_orders') }} as orders
inner join {{ mart('dim_users') }} as versions on orders.user_version_id = versions.user_version_id
left join {{ mart('dim_users') }} as latest
    on
        orders.source_system = latest.source_system
        and orders.user_id = latest.user_id
        and latest.is_current
where versions.version_number > 0
group by orders.source_system, versions.loyalty_tier
order by orders.source_system asc, net_amount desc, tier_when_ordered asc
