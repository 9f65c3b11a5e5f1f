{#-
    A UTC timestamp from text like 2024-03-01T08:15:30.123Z; null for anything else. A time without
    the Z would be read in the session's time zone, so it is refused; the shape is checked first
    because a bare cast also takes `2024` or `12:30`.

    Args:
        column: a text column.
-#}
{% macro utc_timestamp(column) -%}
    if(
        endswith({{ column }}, 'Z') and substring({{ column }}, 5, 1) = '-' and substring({{ column }}, 11, 1) = 'T',
        {{ plausible_timestamp('try_cast(' ~ column ~ ' as timestamp)') }},
        null
    )
{%- endmacro %}
