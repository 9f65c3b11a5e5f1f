{{ config(
    materialized='incremental',
    partition_by=['event_date', 'is_orphan'],
) }}

{% set rebuild = with_session_lookback(partitions_to_rebuild(staging_upstreams('event_date', stream='events'))) %}
{% set rebuild = with_changed_versions(rebuild, ref('dim_users'), 'user_id', 'event_date', 'event_at') %}
{% set rebuild = with_changed_versions(rebuild, ref('dim_products'), 'product_id', 'event_date', 'event_at') %}

{{ overwrites('event_date', rebuild) }}

with

events as (
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
        duplicate_file_ids
    from {{ ref('int_events__deduplicated') }}
    where {{ in_partitions('event_date', rebuild) }}
),

user_versions as (
    select
        user_version_id,
        source_system,
        user_id,
        valid_from,
        valid_to
    from {{ ref('dim_users') }}
),

product_versions as (
    select
        product_version_id,
        source_system,
        product_id,
        valid_from,
        valid_to
    from {{ ref('dim_products') }}
),

-- the last event before each run of dates to rebuild: its session may go on in them
earlier_events as (
    {{ last_events_before(rebuild) }}
),

candidates as (
    select
        source_system,
        visitor_id,
        source_session_id,
        event_id,
        event_at,
        struct(
            file_id,
            event_date,
            event_type,
            user_id,
            product_id,
            quantity,
            unit_price,
            order_id,
            page_url,
            traffic_source,
            device_type,
            ip_address,
            user_agent,
            duplicate_file_ids
        ) as payload,
        cast(null as struct<started_at: timestamp, session_id: string, is_continuation: boolean>) as known_session
    from events

    union all

    select
        source_system,
        visitor_id,
        source_session_id,
        event_id,
        event_at,
        null as payload,
        known_session
    from earlier_events
),

-- a stream is what a visitor did under one session id of the source, or under none; a key without
-- nulls lets rows be joined where they are, and rows are sorted fastest by a number
streams as (
    select
        *,
        coalesce(source_session_id, '') as stream_key,
        xxhash64(visitor_id, source_session_id, source_system) as stream_hash
    from candidates
),

-- where the source gives a session id, silence ends it only after the cut-off
gaps as (
    select
        *,
        known_session is not null
        or coalesce(
            event_at > lag(event_at)
                over (
                    partition by stream_hash, visitor_id, stream_key, source_system
                    order by event_at, event_id
                )
            + if(
                source_session_id is null,
                interval '{{ var("session_gap_minutes") }}' minute,
                interval '{{ var("session_cut_hours") }}' hour
            ),
            true
        ) as is_chain_start
    from streams
),

-- a chain is an unbroken run of a stream's events; nearly always it is one session
chains as (
    select
        *,
        last_value(
            if(
                is_chain_start,
                struct(
                    coalesce(known_session.started_at, event_at) as started_at,
                    event_id as first_event_id,
                    known_session.session_id as known_session_id,
                    coalesce(known_session.is_continuation, false) as is_continuation
                ),
                null
            ),
            true
        ) over (
            partition by stream_hash, visitor_id, stream_key, source_system
            order by event_at, event_id
            rows between unbounded preceding and current row
        ) as chain
    from gaps
),

-- a chain longer than the cut-off is cut: each later piece starts with the first event that is not
-- within the cut-off of the piece before
possible_pieces as (
    select
        stream_hash,
        visitor_id,
        stream_key,
        source_system,
        struct(
            event_at as started_at,
            event_id as first_event_id,
            chain.started_at as chain_started_at,
            chain.first_event_id as chain_id
        ) as piece
    from chains
    where event_at >= chain.started_at + interval '{{ var("session_cut_hours") }}' hour
),

later_pieces as (
    select
        stream_hash,
        visitor_id,
        stream_key,
        source_system,
        aggregate(
            array_sort(collect_list(piece)),
            array(min(piece)),
            (pieces, next_piece) -> if(
                next_piece.chain_started_at = element_at(pieces, -1).chain_started_at
                and next_piece.chain_id = element_at(pieces, -1).chain_id
                and next_piece.started_at < element_at(pieces, -1).started_at
                + interval '{{ var("session_cut_hours") }}' hour,
                pieces,
                array_append(pieces, next_piece)
            )
        ) as pieces
    from possible_pieces
    group by stream_hash, visitor_id, stream_key, source_system
),

located as (
    select
        chains.source_system,
        chains.visitor_id,
        chains.source_session_id,
        chains.event_id,
        chains.event_at,
        chains.payload,
        chains.chain,
        array_max(
            filter(
                later_pieces.pieces,
                piece -> piece.chain_started_at = chains.chain.started_at
                and piece.chain_id = chains.chain.first_event_id
                and (
                    piece.started_at < chains.event_at
                    or (piece.started_at = chains.event_at and piece.first_event_id <= chains.event_id)
                )
            )
        ) as later_piece
    from chains
    left join later_pieces
        on
            chains.stream_hash = later_pieces.stream_hash
            and chains.visitor_id = later_pieces.visitor_id
            and chains.stream_key = later_pieces.stream_key
            and chains.source_system = later_pieces.source_system
    where chains.known_session is null
),

pieces as (
    select
        source_system,
        visitor_id,
        source_session_id,
        event_id,
        event_at,
        payload,
        coalesce(later_piece.started_at, chain.started_at) as started_at,
        coalesce(later_piece.first_event_id, chain.first_event_id) as first_event_id,
        -- a later piece is a session of its own, whatever the chain goes on from
        if(later_piece is null, chain.known_session_id, null) as known_session_id,
        later_piece is not null or chain.is_continuation as is_continuation
    from located
),

final as (
    select
        pieces.source_system,
        pieces.event_id,
        pieces.payload.event_date,
        pieces.event_at,
        pieces.payload.event_type,
        pieces.visitor_id,
        pieces.payload.user_id,
        coalesce(user_versions.user_version_id, 'unknown') as user_version_id,
        coalesce(
            pieces.known_session_id,
            md5(
                concat_ws(
                    '|',
                    pieces.source_system,
                    pieces.visitor_id,
                    cast(to_date(pieces.started_at) as string),
                    pieces.first_event_id
                )
            )
        ) as session_id,
        to_date(pieces.started_at) as session_date,
        pieces.started_at as session_started_at,
        pieces.is_continuation as is_session_continuation,
        pieces.source_session_id,
        pieces.payload.product_id,
        coalesce(product_versions.product_version_id, 'unknown') as product_version_id,
        pieces.payload.quantity,
        pieces.payload.unit_price,
        cast(
            case pieces.payload.event_type
                when 'purchase' then pieces.payload.quantity * pieces.payload.unit_price
                when 'return' then -pieces.payload.quantity * pieces.payload.unit_price
                else 0
            end as decimal(18, 4)
        ) as revenue_amount,
        pieces.payload.order_id,
        pieces.payload.page_url,
        coalesce(pieces.payload.traffic_source, 'unknown') as traffic_source,
        coalesce(pieces.payload.device_type, 'unknown') as device_type,
        pieces.payload.ip_address,
        pieces.payload.user_agent,
        coalesce(regexp_like(pieces.payload.user_agent, '{{ var("bot_user_agents") }}'), false) as is_bot,
        {{ is_orphan('pieces.source_system', 'pieces.payload.user_id', 'pieces.payload.product_id') }} as is_orphan,
        pieces.payload.file_id,
        pieces.payload.duplicate_file_ids
    from pieces
    left join user_versions
        on
            pieces.source_system = user_versions.source_system
            and pieces.payload.user_id = user_versions.user_id
            and pieces.event_at >= user_versions.valid_from
            and pieces.event_at < user_versions.valid_to
    left join product_versions
        on
            pieces.source_system = product_versions.source_system
            and pieces.payload.product_id = product_versions.product_id
            and pieces.event_at >= product_versions.valid_from
            and pieces.event_at < product_versions.valid_to
)

select * from final
