-- What did somebody do, in one place and with names?
--
-- For example: what did the buyer of the latest order line do on the day of that order?
with

latest as (
    select
        max_by(source_system, struct(happened_at, record_id)) as source_system,
        max_by(user_id, struct(happened_at, record_id)) as user_id,
        max_by(happened_date, struct(happened_at, record_id)) as happened_date
    from {{ mart('user_behavior') }}
    where
        record_kind = 'order_line'
        and user_id is not null
)

select
    behavior.happened_at,
    behavior.user_name,
    behavior.record_kind,
    behavior.action,
    behavior.product_name,
    behavior.quantity,
    behavior.unit_price
from {{ mart('user_behavior') }} as behavior
inner join latest
    on
        behavior.source_system = latest.source_system
        and behavior.user_id = latest.user_id
        and behavior.happened_date = latest.happened_date
order by behavior.happened_at, behavior.record_kind, behavior.record_id
