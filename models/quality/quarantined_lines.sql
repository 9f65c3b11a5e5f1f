{{ config(
    materialized='incremental',
    partition_by=['file_id'],
) }}

{% set rebuild = partitions_to_rebuild(staging_upstreams('file_id')) %}

{{ overwrites('file_id', rebuild) }}

with

lines as (
    {% for model_name in staging_models() %}
    select
        source_system,
        '{{ model_name }}' as staging_model,
        file_id,
        landed_date,
        quarantine_reason,
        quarantined_line
    from {{ ref(model_name) }}
    where
        quarantine_reason is not null
        and {{ in_partitions('file_id', rebuild) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        source_system,
        staging_model,
        file_id,
        landed_date,
        quarantine_reason,
        quarantined_line,
        cast(count(*) as bigint) as line_count
    from lines
    group by source_system, staging_model, file_id, landed_date, quarantine_reason, quarantined_line
)

select * from final
