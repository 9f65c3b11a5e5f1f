{#-
    The last landed date that the landed ledger speaks of, as a SQL expression; null where none was landed.
-#}
{% macro ledger_last_date() -%}
    {%- if ledger_is_landed() -%}
        (select max(to_date(landed_date)) from {{ ledger_table('files') }})
    {%- else -%}
        cast(null as date)
    {%- endif -%}
{%- endmacro %}
