{{ config(
    materialized='incremental',
    partition_by=['fact_date'],
) }}

{% set upstreams = [
    {'relation': ref('fct_events'), 'partition': 'event_date', 'column': 'event_date'},
    {'relation': ref('fct_order_lines'), 'partition': 'order_date', 'column': 'order_date'},
] %}
{% set rebuild = partitions_to_rebuild(upstreams) %}

{{ overwrites('fact_date', rebuild) }}

with

events as (
    select
        event_date as fact_date,
        file_id,
        duplicate_file_ids
    from {{ ref('fct_events') }}
    where {{ in_partitions('event_date', rebuild) }}
),

order_lines as (
    select
        order_date as fact_date,
        file_id,
        duplicate_file_ids,
        superseded_file_ids
    from {{ ref('fct_order_lines') }}
    where
        {{ in_partitions('order_date', rebuild) }}
        -- order lines formed from purchases were landed, and are counted, as events
        and file_id is not null
),

-- every fact remembers the files of the lines it stands for
outcomes as (
    select
        fact_date,
        file_id,
        'fact' as outcome
    from events

    union all

    select
        fact_date,
        explode(duplicate_file_ids) as file_id,
        'duplicate' as outcome
    from events

    union all

    select
        fact_date,
        file_id,
        'fact' as outcome
    from order_lines

    union all

    select
        fact_date,
        explode(duplicate_file_ids) as file_id,
        'duplicate' as outcome
    from order_lines

    union all

    select
        fact_date,
        explode(superseded_file_ids) as file_id,
        'superseded' as outcome
    from order_lines
),

final as (
    select
        file_id,
        fact_date,
        count_if(outcome = 'fact') as fact_count,
        count_if(outcome = 'duplicate') as duplicate_count,
        count_if(outcome = 'superseded') as superseded_count
    from outcomes
    group by file_id, fact_date
)

select * from final
