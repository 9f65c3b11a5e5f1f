{{ config(
    materialized='incremental',
    partition_by=['fact_date'],
) }}

{% set upstreams = [
    {'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'},
    {'relation': ref('fct_order_lines'), 'partition': 'order_date', 'column': 'order_date'},
] %}
{# No lookback: the dates of the changed facts are rebuilt; a user or product that is landed later changes them. #}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('fact_date', rebuild) }}

with

events as (
    select
        source_system,
        'events' as stream_name,
        event_date as fact_date,
        is_orphan,
        user_id,
        user_version_id,
        product_id,
        product_version_id
    from {{ ref('fct_events') }}
    where {{ in_partitions('event_date', rebuild) }}
),

order_lines as (
    select
        source_system,
        'order_lines' as stream_name,
        order_date as fact_date,
        is_orphan,
        user_id,
        user_version_id,
        product_id,
        product_version_id
    from {{ ref('fct_order_lines') }}
    where
        {{ in_partitions('order_date', rebuild) }}
        -- order lines formed from purchases were landed, and are counted, as events
        and file_id is not null
),

facts as (
    select
        source_system,
        stream_name,
        fact_date,
        is_orphan,
        user_id,
        user_version_id,
        product_id,
        product_version_id
    from events

    union all

    select
        source_system,
        stream_name,
        fact_date,
        is_orphan,
        user_id,
        user_version_id,
        product_id,
        product_version_id
    from order_lines
),

fact_days as (
    select
        source_system,
        stream_name,
        fact_date,
        count(*) as fact_count,
        count_if(is_orphan) as orphan_count,
        count_if(
            is_orphan
            and user_id is not null
            and user_version_id = 'unknown'
            and source_system in ({{ sources_offering('users') }})
        ) as unknown_user_fact_count,
        count_if(
            is_orphan
            and product_id is not null
            and product_version_id = 'unknown'
            and source_system in ({{ sources_offering('products') }})
        ) as unknown_product_fact_count
    from facts
    group by source_system, stream_name, fact_date
),

final as (
    select
        source_system,
        stream_name,
        fact_date,
        fact_count,
        orphan_count,
        unknown_user_fact_count,
        unknown_product_fact_count,
        cast(orphan_count as double) / fact_count as orphan_rate
    from fact_days
)

select * from final
