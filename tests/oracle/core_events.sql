-- Core: what users and products were like, what happened, and in which session.
--
-- Reads event_lines, order_line_lines, user_lines, product_lines (sound lines, typed), files and
-- the seeds. Version ids are `<source system>/<key>/<version number>` here.

-- Latest known first: of two lines that tell of the same moment, what was landed first.
create table dim_users as
with versions as (
    select *
    from user_lines
    qualify
        row_number() over (
            partition by source_system, user_id, updated_at order by landed_at, file_id
        ) = 1
)

select
    source_system,
    user_id,
    (row_number() over history)::int as version_number,
    if(version_number = 1, timestamp '1970-01-01', updated_at) as valid_from,
    coalesce(lead(updated_at) over history, timestamp '2100-01-01') as valid_to,
    lead(updated_at) over history is null as is_current,
    updated_at,
    name,
    email,
    gender,
    birth_date,
    country,
    region,
    city,
    loyalty_tier,
    signed_up_at,
    is_deleted,
    source_system || '/' || user_id || '/' || version_number as user_version_id
from versions
window history as (partition by source_system, user_id order by updated_at)
union all by name
select
    'unknown' as user_version_id,
    'unknown' as source_system,
    'unknown' as user_id,
    0 as version_number,
    timestamp '1970-01-01' as valid_from,
    timestamp '2100-01-01' as valid_to,
    true as is_current,
    'unknown' as name,
    'unknown' as email,
    'unknown' as gender,
    'unknown' as country,
    'unknown' as region,
    'unknown' as city,
    'unknown' as loyalty_tier,
    false as is_deleted;

create table dim_products as
with versions as (
    select *
    from product_lines
    qualify
        row_number() over (
            partition by source_system, product_id, updated_at order by landed_at, file_id
        ) = 1
)

select
    source_system,
    product_id,
    (row_number() over history)::int as version_number,
    if(version_number = 1, timestamp '1970-01-01', updated_at) as valid_from,
    coalesce(lead(updated_at) over history, timestamp '2100-01-01') as valid_to,
    lead(updated_at) over history is null as is_current,
    updated_at,
    product_name,
    brand,
    category,
    subcategory,
    list_price,
    cost_price,
    is_deleted,
    source_system || '/' || product_id || '/' || version_number as product_version_id
from versions
window history as (partition by source_system, product_id order by updated_at)
union all by name
select
    'unknown' as product_version_id,
    'unknown' as source_system,
    'unknown' as product_id,
    0 as version_number,
    timestamp '1970-01-01' as valid_from,
    timestamp '2100-01-01' as valid_to,
    true as is_current,
    'unknown' as product_name,
    'unknown' as brand,
    'unknown' as category,
    'unknown' as subcategory,
    false as is_deleted;

-- Of the lines with an event's id on its date the first landed counts. rees46 gives no ids.
create table events as
with identified as (
    select
        *
        replace (coalesce(event_id, digest) as event_id),
        event_at::date as event_date
    from event_lines
),

-- what is left of a tie is decided by the file's id and by what the line says
placed as (
    select
        *,
        row_number() over (
            partition by source_system, event_date, event_id
            order by
                landed_at, file_id, event_at, event_type, visitor_id, product_id nulls first,
                user_id nulls first, source_session_id nulls first, quantity nulls first,
                unit_price nulls first, order_id nulls first, page_url nulls first,
                traffic_source nulls first, device_type nulls first, ip_address nulls first,
                user_agent nulls first
        ) as place
    from identified
),

repeats as (
    select
        source_system,
        event_date,
        event_id,
        list(file_id order by place) as duplicate_file_ids
    from placed
    where place > 1
    group by all
)

select
    * exclude (place, table_name, digest, copy),
from placed
left join repeats using (source_system, event_date, event_id)
where place = 1;

-- An unbroken run of a visitor, and of a session id where one is given: more than 30 minutes of
-- silence end it, or more than 24 hours where a session id is given.
create table chained_events as
with broken as (
    select
        *,
        coalesce(
            event_at - lag(event_at) over run
            > if(source_session_id is null, interval 30 minutes, interval 24 hours),
            true
        ) as begins
    from events
    window run as (
        partition by source_system, visitor_id, source_session_id order by event_at, event_id
    )
)

select
    *,
    sum(begins::int) over (
        order by source_system, visitor_id, source_session_id, event_at, event_id
        rows unbounded preceding
    ) as chain,
    row_number() over (
        order by source_system, visitor_id, source_session_id, event_at, event_id
    ) as place
from broken;

-- A chain is cut at the first event 24 hours or more after the start of its piece.
create table pieces as
with recursive cut as (
    select
        chain,
        place,
        event_at,
        false as is_continuation
    from chained_events
    where begins
    union all
    select
        cut.chain,
        following.place,
        following.event_at,
        true as is_continuation
    from cut
    inner join lateral (
        select
            place,
            event_at
        from chained_events as event
        where event.chain = cut.chain and event.event_at >= cut.event_at + interval 24 hours
        order by place
        limit 1
    ) as following on true
)

select
    cut.chain,
    cut.place as first_place,
    cut.event_at as started_at,
    cut.is_continuation,
    md5(concat_ws('|', source_system, visitor_id, cut.event_at::date, event_id)) as session_id
from cut
inner join chained_events using (place);

create table fct_events as
select
    event.source_system,
    event.event_id,
    event_date,
    event_at,
    event_type,
    visitor_id,
    event.user_id,
    coalesce(user_version_id, 'unknown') as user_version_id,
    session_id,
    piece.started_at::date as session_date,
    piece.started_at as session_started_at,
    piece.is_continuation as is_session_continuation,
    source_session_id,
    event.product_id,
    coalesce(product_version_id, 'unknown') as product_version_id,
    quantity,
    unit_price,
    case event_type
        when 'purchase' then unit_price * quantity
        when 'return' then -unit_price * quantity
        else 0
    end::decimal(18, 4) as revenue_amount,
    order_id,
    page_url,
    coalesce(traffic_source, 'unknown') as traffic_source,
    coalesce(device_type, 'unknown') as device_type,
    ip_address,
    user_agent,
    coalesce(
        regexp_matches(user_agent, '(?i)bot|crawler|spider|python-requests'), false
    ) as is_bot,
    (event.user_id is not null and user_version_id is null and event.source_system = 'shop')
    or (event.product_id is not null and product_version_id is null and event.source_system = 'shop')
        as is_orphan,
    file_id,
    duplicate_file_ids
from chained_events as event
asof inner join pieces as piece
    on event.chain = piece.chain and event.place >= piece.first_place
left join dim_users as person
    on
        event.source_system = person.source_system
        and event.user_id = person.user_id
        and event.event_at >= person.valid_from
        and event.event_at < person.valid_to
left join dim_products as product
    on
        event.source_system = product.source_system
        and event.product_id = product.product_id
        and event.event_at >= product.valid_from
        and event.event_at < product.valid_to;

create table fct_sessions as
select
    source_system,
    session_id,
    any_value(session_date) as session_date,
    min(event_at) as started_at,
    max(event_at) as ended_at,
    date_diff('second', min(event_at), max(event_at)) as duration_seconds,
    any_value(is_session_continuation) as is_continuation,
    any_value(source_session_id) as source_session_id,
    any_value(visitor_id) as visitor_id,
    first(user_id order by event_at, event_id) filter (user_id is not null) as user_id,
    -- as the user was when first seen in the session
    coalesce(
        first(user_version_id order by event_at, event_id) filter (user_id is not null), 'unknown'
    ) as user_version_id,
    first(traffic_source order by event_at, event_id) as traffic_source,
    first(device_type order by event_at, event_id) as device_type,
    first(page_url order by event_at, event_id) as entry_page_url,
    last(page_url order by event_at, event_id) as exit_page_url,
    count(distinct page_url) as page_count,
    count(*) as event_count,
    count(*) filter (event_type = 'view') as view_count,
    count(*) filter (event_type = 'wishlist') as wishlist_count,
    count(*) filter (event_type = 'add_to_cart') as add_to_cart_count,
    count(*) filter (event_type = 'remove_from_cart') as remove_from_cart_count,
    count(*) filter (event_type = 'purchase') as purchase_count,
    count(*) filter (event_type = 'return') as return_count,
    count(*) filter (event_type = 'exit') as exit_count,
    count(distinct coalesce(order_id, 'none')) filter (event_type = 'purchase')
        as purchased_order_count,
    count(distinct product_id) as product_count,
    sum(revenue_amount) as revenue_amount,
    bool_or(event_type = 'purchase') as is_converted,
    bool_or(event_type = 'add_to_cart') and not bool_or(event_type = 'purchase') as is_abandoned,
    bool_or(is_bot) as is_bot
from fct_events
group by source_system, session_id;
