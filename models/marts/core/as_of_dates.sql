{{ config(materialized='incremental') }}

{% set rebuild = rebuild_if_changed([], contents=[ref('int_as_of_dates__determined')]) %}

{{ overwrites(none, rebuild) }}

with

final as (
    select
        source_system,
        as_of_date
    from {{ ref('int_as_of_dates__determined') }}
)

select * from final
