{#-
    A timestamp, or null when it lies outside the years 1970 to 2099: one mistyped year must not
    stretch the calendar over millennia.

    Args:
        timestamp_expression: SQL of a timestamp.
-#}
{% macro plausible_timestamp(timestamp_expression) -%}
    if(
        {{ timestamp_expression }} between {{ first_moment() }} and {{ end_of_time() }} - interval 1 microsecond,
        {{ timestamp_expression }},
        null
    )
{%- endmacro %}
