{#-
    `compared` for a table of the ledger that holds changes: what it says, added up, with a mart.

    Args:
        table: of the ledger.
        mart: name of the CTE with the same columns.
        keys, measures: columns to group by and to add up.
        of_people: whether what bots did is left out of the ledger.
-#}
{% macro compared_sums(table, mart, keys, measures, of_people=false) -%}
    {{ compared(ledger_sums(table, keys, measures, of_people), mart, keys, measures) }}
{%- endmacro %}
