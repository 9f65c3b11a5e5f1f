{#-
    A timestamp, or null when it lies outside the years 1970 to 2099: one mistyped year must not
    stretch the calendar over millennia.

    Args:
        timestamp_expression: SQL of a timestamp.
-#}
{% macro plausible_timestamp(timestamp_expression) -%}
    if(
        {{ timestamp_expression }} between timestamp'1970-01-01T00:00:00Z' and timestamp'2099-12-31T23:59:59.999999Z',
        {{ timestamp_expression }},
        null
    )
{%- endmacro %}
