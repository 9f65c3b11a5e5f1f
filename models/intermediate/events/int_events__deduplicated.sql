{% set order_of_landing -%}
    landed_at, file_id, event_at, event_type, visitor_id, product_id, user_id, source_session_id, quantity,
    unit_price, order_id, page_url, traffic_source, device_type, ip_address, user_agent
{%- endset %}

with

events as (
    select
        file_id,
        landed_at,
        source_system,
        event_id,
        event_at,
        event_date,
        event_type,
        visitor_id,
        user_id,
        source_session_id,
        product_id,
        quantity,
        unit_price,
        order_id,
        page_url,
        traffic_source,
        device_type,
        ip_address,
        user_agent
    from {{ ref('int_events__united') }}
),

-- the first landed line of an event wins; what is left of a tie is distinguished by its content, so
-- that any order of landing and building gives the same fact; ids come first, for
-- sorting compares them soonest
ranked as (
    select
        *,
        row_number() over first_landed as landing_rank,
        collect_list(file_id) over (
            partition by event_id, event_date, source_system
            order by {{ order_of_landing }}
            rows between unbounded preceding and unbounded following
        ) as file_ids
    from events
    window
        first_landed as (
            partition by event_id, event_date, source_system
            order by {{ order_of_landing }}
        )
),

final as (
    select
        file_id,
        source_system,
        event_id,
        event_at,
        event_date,
        event_type,
        visitor_id,
        user_id,
        source_session_id,
        product_id,
        quantity,
        unit_price,
        order_id,
        page_url,
        traffic_source,
        device_type,
        ip_address,
        user_agent,
        if(size(file_ids) > 1, slice(file_ids, 2, size(file_ids)), null) as duplicate_file_ids
    from ranked
    where landing_rank = 1
)

select * from final
