{#-
    The SQL condition that a landed date is processed, with the dates as a comment that
    processed_dates reads back.

    Args:
        column: the landed date.
        dates: from processed_dates.
-#}
{% macro is_processed(column, dates) -%}
    (
        false
        {% for first, last in dates -%}
        or {{ column }} {{ "between date'" ~ first ~ "' and" if first else '<=' }} date'{{ last }}'
        {% endfor -%}
        /* processed dates {{ dates | tojson }} */
    )
{%- endmacro %}
