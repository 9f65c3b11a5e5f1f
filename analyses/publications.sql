-- What did readers see when?
--
-- For example: which batches were published, and how many of their tables had changed since the batch
-- before?
with

compared as (
    select
        publication_id,
        published_at,
        snapshot_id,
        lag(snapshot_id) over (partition by mart order by published_at) as previous_snapshot_id
    from {{ ref('publications') }}
)

select
    publication_id,
    published_at,
    count(*) as mart_count,
    count_if(snapshot_id is distinct from previous_snapshot_id) as changed_table_count
from compared
group by publication_id, published_at
order by published_at desc
