{#-
    What a staging model has to rebuild: the files that are live but not staged, and those staged but
    no longer live. What is staged is read from the table's own partitions, so it is always exact.

    Args:
        source_name: the source system.
        table_name: its table, as declared in its sources file.

    Returns:
        everything: whether the whole table is rebuilt.
        values: file ids to replace, as SQL literals.
        landed_dates, stored_names: where the live ones among them lie, as SQL literals.
        consumed, remembered: {}; the table's partitions show what it has consumed.
-#}
{% macro files_to_stage(source_name, table_name) %}
    {% set rebuild = {'everything': true, 'values': [], 'consumed': {}, 'remembered': {}} %}
    {% do rebuild.update({'landed_dates': [], 'stored_names': []}) %}
    {% if execute and model.resource_type == 'model' and is_incremental() %}
        {% do rebuild.update({'everything': false}) %}
        {% set changed_files %}
            with

            live as (
                select
                    file_id,
                    landed_date,
                    stored_name
                from {{ ref('stg_landing__files') }}
                where
                    source_system = '{{ source_name }}'
                    and table_name = '{{ table_name }}'
                    and is_live
                    -- a file without lines has no partition, and nothing to stage
                    and line_count > 0
            ),

            staged as (
                select distinct partition.file_id as file_id
                from {{ this }}.partitions
            )

            select
                concat("'", coalesce(live.file_id, staged.file_id), "'") as file_id,
                concat("date'", live.landed_date, "'") as landed_date,
                concat("'", replace(live.stored_name, "'", "\\'"), "'") as stored_name
            from live
            full outer join staged
                on live.file_id = staged.file_id
            where
                live.file_id is null
                or staged.file_id is null
        {% endset %}
        {% for file in run_query(changed_files) %}
            {% do rebuild['values'].append(file[0]) %}
            {% if file[1] and file[1] not in rebuild.landed_dates %}
                {% do rebuild.landed_dates.append(file[1]) %}
            {% endif %}
            {% if file[2] %}
                {% do rebuild.stored_names.append(file[2]) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do return(rebuild) %}
{% endmacro %}
