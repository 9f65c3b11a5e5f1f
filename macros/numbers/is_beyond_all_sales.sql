{#-
    The SQL condition that a line speaks of more pieces or money than any sale: a product code in the
    column of prices, say. Such a line would make sums overflow that have fourteen digits before the point. One
    piece is worth as much where the line has none.

    Args:
        quantity: an int, may be null.
        unit_price: a decimal(18,4), may be null.
-#}
{% macro is_beyond_all_sales(quantity, unit_price) -%}
    (
        abs(cast(coalesce({{ quantity }}, 1) as bigint)) >= 1000000000
        or greatest(abs(cast(coalesce({{ quantity }}, 1) as bigint)), 1) * abs(coalesce({{ unit_price }}, 0))
        >= 100000000000
    )
{%- endmacro %}
