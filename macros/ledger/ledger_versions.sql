{#-
    What a table of the ledger that holds whole states says as of the shop's as-of date, in the
    reading `observable`: of each key the rows that landed last.

    Args:
        table: of the ledger.
        key: whose state it holds.
        columns: to select.
-#}
{% macro ledger_versions(table, key, columns) -%}
    select {{ columns | join(', ') }}
    from (
        select
            *,
            max(landed_date) over (partition by {{ key }}) as last_landed_date
        from {{ ledger_table(table) }}
        where
            reading = 'observable'
            and to_date(landed_date) <= (select as_of_date from shop_as_of)
    )
    where landed_date = last_landed_date
{%- endmacro %}
