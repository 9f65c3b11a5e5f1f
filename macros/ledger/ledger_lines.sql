{#-
    What the ledger says of the lines of each table, in the files landed until the shop's as-of date.
-#}
{% macro ledger_lines() -%}
    select
        `table` as table_name,
        sum(line_count) as line_count,
        sum(malformed_count) as quarantined_count,
        sum(duplicate_count) as duplicate_count
    from {{ ledger_table('files') }}
    where to_date(landed_date) <= (select as_of_date from shop_as_of)
    group by `table`
{%- endmacro %}
