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
        rebuild: from files_to_stage.

    Returns a query with file_id, landed_date, landed_at, line, line_defect (null when the line is
    well-formed) and one text column per name, null where empty.
-#}
{% macro parse_csv_lines(source_name, table_name, columns, rebuild) %}
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
            and {{ in_partitions('file_id', rebuild) }}
    ),

    -- the header itself is dropped; a header repeated further down is a line like any other and
    -- comes back below, once for each time that landing counted it
    changed_lines as (
        select
            line,
            landed_date,
            stored_name
        from lines
        {% if not rebuild.everything %}
            where
                landed_date in ({{ rebuild.landed_dates | join(', ') or 'null' }})
                and stored_name in ({{ rebuild.stored_names | join(', ') or 'null' }})
        {% endif %}
    ),

    data_lines as (
        select
            /*+ broadcast(live_files) */
            live_files.*,
            changed_lines.line,
            {{ text_of_line('changed_lines.line') }} as text
        from changed_lines
        inner join live_files
            on
                changed_lines.landed_date = live_files.landed_date
                and changed_lines.stored_name = live_files.stored_name
                and changed_lines.line != live_files.header_line
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
