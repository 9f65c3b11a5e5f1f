-- Quality: what became of each landed line, what was repeated, late, orphaned or refused.

-- each line that became a fact, repeats one, or is an older version of one, with the fact's date
create table told_lines as
select
    'events' as stream_name,
    file_id,
    event_date as fact_date,
    'fact' as role
from fct_events
union all
select
    'events',
    unnest(duplicate_file_ids),
    event_date,
    'duplicate'
from fct_events
union all
select
    'order_lines',
    file_id,
    order_date,
    'fact'
from fct_order_lines
where file_id is not null
union all
select
    'order_lines',
    unnest(duplicate_file_ids),
    order_date,
    'duplicate'
from fct_order_lines
union all
select
    'order_lines',
    unnest(superseded_file_ids),
    order_date,
    'superseded'
from fct_order_lines;

create table fact_lines_by_file as
select
    file_id,
    fact_date,
    count(*) filter (role = 'fact') as fact_count,
    count(*) filter (role = 'duplicate') as duplicate_count,
    count(*) filter (role = 'superseded') as superseded_count
from told_lines
group by all;

create table quarantined_lines as
select
    source_system,
    'stg_' || source_system || '__' || stream_name as staging_model,
    file_id,
    landed_date,
    reason as quarantine_reason,
    line as quarantined_line,
    count(*) as line_count
from refused_lines
group by all;

-- each version of a user or product is a fact of its file, an equal one in the file a duplicate
create table file_reconciliation as
with versions as (
    select
        file_id,
        user_id as owner_id,
        updated_at
    from user_lines
    union all
    select
        file_id,
        product_id,
        updated_at
    from product_lines
),

counts as (
    select
        file_id,
        fact_count,
        duplicate_count,
        superseded_count
    from fact_lines_by_file
    union all
    select
        file_id,
        count(distinct (owner_id, updated_at)),
        count(*) - count(distinct (owner_id, updated_at)),
        0
    from versions
    group by file_id
),

sums as (
    select
        file_id,
        sum(fact_count) as fact_count,
        sum(duplicate_count + superseded_count) as duplicate_count,
        sum(superseded_count) as superseded_count
    from counts
    group by file_id
),

refused as (
    select
        file_id,
        count(*) as quarantined_count
    from refused_lines
    group by file_id
)

select
    source_system,
    table_name,
    file_name,
    file_id,
    landed_date,
    landed_at,
    line_count,
    coalesce(fact_count, 0) as fact_count,
    coalesce(duplicate_count, 0) as duplicate_count,
    coalesce(superseded_count, 0) as superseded_count,
    coalesce(quarantined_count, 0) as quarantined_count,
    line_count
    = coalesce(fact_count, 0) + coalesce(duplicate_count, 0) + coalesce(quarantined_count, 0)
        as is_reconciled
from files
left join sums using (file_id)
left join refused using (file_id);

create table duplicates_daily as
select
    source_system,
    table_name,
    landed_date,
    count(*) as file_count,
    sum(line_count) as line_count,
    sum(duplicate_count - superseded_count) as duplicate_count,
    sum(superseded_count) as superseded_count,
    if(sum(line_count) > 0, sum(duplicate_count - superseded_count) / sum(line_count), null)
        as duplicate_rate
from file_reconciliation
group by all;

create table late_arrivals_daily as
with news as (
    select
        source_system,
        'events' as stream_name,
        landed_date,
        event_at::date as news_date
    from event_lines
    union all
    select
        source_system,
        'order_lines',
        landed_date,
        updated_at::date
    from order_line_lines
)

select
    source_system,
    stream_name,
    landed_date,
    landed_date - news_date as late_days,
    count(*) as line_count
from news
group by all;

create table orphans_daily as
with facts as (
    select
        source_system,
        'events' as stream_name,
        event_date as fact_date,
        user_id,
        product_id
    from fct_events
    union all
    select
        source_system,
        'order_lines',
        order_date,
        user_id,
        product_id
    from fct_order_lines
    where source_system <> 'rees46'
),

judged as (
    select
        source_system,
        stream_name,
        fact_date,
        source_system = 'shop'
        and user_id is not null
        and user_id not in (from (select user_id from user_lines)) as lacks_user,
        source_system = 'shop'
        and product_id is not null
        and product_id not in (from (select product_id from product_lines)) as lacks_product
    from facts
)

select
    source_system,
    stream_name,
    fact_date,
    count(*) as fact_count,
    count(*) filter (lacks_user or lacks_product) as orphan_count,
    count(*) filter (lacks_user) as unknown_user_fact_count,
    count(*) filter (lacks_product) as unknown_product_fact_count,
    orphan_count / fact_count as orphan_rate
from judged
group by all;

create table freshness as
with fact_dates as (
    select
        file_id,
        fact_date
    from told_lines
    union all
    select
        file_id,
        updated_at::date
    from user_lines
    union all
    select
        file_id,
        updated_at::date
    from product_lines
),

latest as (
    select
        source_system,
        table_name,
        max(fact_date) as last_fact_date
    from files
    inner join as_of_dates using (source_system)
    inner join fact_dates using (file_id)
    where fact_date <= as_of_date
    group by all
)

select
    source_system,
    table_name,
    as_of_date,
    count(*) as file_count,
    max(landed_date) as last_landed_date,
    max(landed_at) as last_landed_at,
    last_fact_date,
    as_of_date - max(landed_date) as landing_lag_days,
    as_of_date - last_fact_date as fact_lag_days
from files
inner join as_of_dates using (source_system)
left join latest using (source_system, table_name)
where landed_date <= as_of_date
group by source_system, table_name, as_of_date, last_fact_date;
