{#-
    The SQL condition that a landed date is absorbed, with the dates as a comment that
    absorbed_dates reads back.

    Args:
        column: the landed date.
        dates: from absorbed_dates.
-#}
{% macro is_absorbed(column, dates) -%}
    (
        false
        {% for first, last in dates -%}
        or {{ column }} {{ "between date'" ~ first ~ "' and" if first else '<=' }} date'{{ last }}'
        {% endfor -%}
        /* absorbed dates {{ dates | tojson }} */
    )
{%- endmacro %}
