{#-
    Parses landed lines into one text column per declared column, each line by its own file's
    header: the order of a file's columns does not matter and extra ones are ignored.

    A line without quotes is split at the delimiter. One with quotes is taken apart by a pattern
    (RFC 4180: a quoted value doubles the quotes within) and is well-formed only when its parts put
    together give the line again. Expects the import CTEs `files` (stg_landing__files) and `lines`
    (line, landed_date, stored_name of the source table).

    Args:
        source_name, table_name: the source table, as declared in its sources file.
        columns: header names to extract, in the order wanted; an absent one is null.
        plan: from plan_staged_files.

    Returns a query with file_id, landed_date, landed_at, line, line_defect (null when the line is
    well-formed) and one text column per name, null where empty.
-#}
{% macro parse_csv_lines(source_name, table_name, columns, plan) %}
    {%- set meta = source_meta(source_name) -%}
    {%- set delimiter = meta.delimiter -%}
    {%- set quote = meta.quote | replace("'", "\\'") -%}
    {#- A plain character splits ten times as fast as a pattern; only the bar must be escaped. -#}
    {%- set splitter = '\\\\|' if delimiter == '|' else delimiter -%}
    {%- set pattern = '[' ~ delimiter ~ ']' -%}
    {%- set quoted = quote ~ '[^' ~ quote ~ ']*+(?:' ~ quote ~ quote ~ '[^' ~ quote ~ ']*+)*+' ~ quote -%}
    {%- set unquoted = '[^' ~ quote ~ delimiter ~ ']*+' -%}
    with

    live_files as (
        select
            file_id,
            landed_date,
            landed_at,
            stored_name,
            header_line,
            repeated_header_count,
            size(header_columns) as column_count,
            {% for column in columns -%}
            array_position(header_columns, '{{ column }}') - 1 as `{{ column }}_position`
            {{- ',' if not loop.last }}
            {% endfor %}
        from files
        where
            source_system = '{{ source_name }}'
            and table_name = '{{ table_name }}'
            and is_live
            and {{ is_planned('file_id', plan) }}
    ),

    -- the header itself is dropped; a header repeated further down is a line like any other and
    -- comes back below, once for each time that landing counted it
    planned_lines as (
        select
            line,
            landed_date,
            stored_name
        from lines
        {% if not plan.everything %}
            where
                landed_date in ({{ plan.landed_dates | join(', ') or 'null' }})
                and stored_name in ({{ plan.stored_names | join(', ') or 'null' }})
        {% endif %}
    ),

    data_lines as (
        select
            /*+ broadcast(live_files) */
            live_files.*,
            planned_lines.line,
            {{ text_of_line('planned_lines.line') }} as text
        from planned_lines
        inner join live_files
            on
                planned_lines.landed_date = live_files.landed_date
                and planned_lines.stored_name = live_files.stored_name
                and planned_lines.line != live_files.header_line
    ),

    split_lines as (
        select
            *,
            if(
                contains(text, '{{ quote }}'),
                regexp_extract_all(
                    concat('{{ delimiter }}', text),
                    '({{ pattern }}(?:{{ quoted }}|{{ unquoted }}))(?={{ pattern }}|\\z)',
                    1
                ),
                split(text, '{{ splitter }}')
            ) as parts
        from data_lines
    ),

    field_lists as (
        select
            *,
            if(
                contains(text, '{{ quote }}'),
                transform(
                    parts,
                    part -> if(
                        substring(part, 2, 1) = '{{ quote }}',
                        replace(substring(part, 3, length(part) - 3), '{{ quote }}{{ quote }}', '{{ quote }}'),
                        substring(part, 2)
                    )
                ),
                parts
            ) as fields,
            case
                when text = '' then 'blank_line'
                when not is_valid_utf8(line) then 'invalid_utf8'
                when contains(line, '\0') then 'nul_byte'
                when
                    contains(text, '{{ quote }}')
                    and array_join(parts, '') != concat('{{ delimiter }}', text)
                    then 'unbalanced_quote'
                when size(parts) < column_count then 'missing_field'
                when size(parts) > column_count then 'extra_field'
            end as line_defect
        from split_lines
    )

    select
        file_id,
        landed_date,
        landed_at,
        line,
        line_defect,
        {% for column in columns -%}
        nullif(trim(get(fields, `{{ column }}_position`)), '') as `{{ column }}`
        {{- ',' if not loop.last }}
        {% endfor %}
    from field_lists

    union all

    select
        file_id,
        landed_date,
        landed_at,
        header_line as line,
        'repeated_header' as line_defect,
        {% for column in columns -%}
        cast(null as string) as `{{ column }}`
        {{- ',' if not loop.last }}
        {% endfor %}
    from live_files
    lateral view explode(sequence(1, repeated_header_count)) as occurrence
    where repeated_header_count > 0
{% endmacro %}
