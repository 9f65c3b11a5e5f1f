with

files as (
    select
        source_system,
        landed_date
    from {{ ref('stg_landing__files') }}
    where is_live
),

-- never the clock: what can be known is what was landed, unless a date is asked for
final as (
    select
        source_system,
        coalesce(try_cast(nullif('{{ var("as_of_date", "") }}', '') as date), max(landed_date)) as as_of_date
    from files
    group by source_system
)

select * from final
