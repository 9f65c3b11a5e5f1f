{#-
    A price or an amount from text like 12.5; null for anything else. An exponent is refused before
    the cast, which would fail at 1e-999999999 instead of giving null.

    Args:
        column: a text column, or SQL of a text.
-#}
{% macro decimal_number(column) -%}
    try_cast(if(contains(lower({{ column }}), 'e'), null, {{ column }}) as decimal(18, 4))
{%- endmacro %}
