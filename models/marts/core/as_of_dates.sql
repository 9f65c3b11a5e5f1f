{{ config(materialized='incremental') }}

{% set plan = plan_whole([], contents=[ref('int_as_of_dates__determined')]) %}

{{ replaces(none, plan) }}

with

final as (
    select
        source_system,
        as_of_date
    from {{ ref('int_as_of_dates__determined') }}
)

select * from final
