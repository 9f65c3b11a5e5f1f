with

published_marts as (
    select
        publication_id,
        published_at,
        mart,
        snapshot_id
    from {{ publication_log() }}
),

final as (
    select
        publication_id,
        mart,
        published_at,
        snapshot_id
    from published_marts
)

select * from final
