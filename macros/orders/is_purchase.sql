{#-
    The SQL condition that a row of fct_orders is a purchase: it is not cancelled, and pieces were
    bought on balance. Some sources book returned goods as an order of their own, which is none.
-#}
{% macro is_purchase() -%}
    not is_cancelled and item_count > 0
{%- endmacro %}
