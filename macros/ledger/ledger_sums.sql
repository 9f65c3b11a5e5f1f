{#-
    What a table of the ledger that holds changes says as of the shop's as-of date, in the reading
    `observable`: the sums of its measures, without keys of which nothing is left.

    Args:
        table: of the ledger.
        keys, measures: its columns to group by and to add up.
        of_people: whether rows of bots are left out.
-#}
{% macro ledger_sums(table, keys, measures, of_people=false) -%}
    select
        {{ keys | join(', ') }},
        {% for measure in measures -%}
        sum({{ measure }}) as {{ measure }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ledger_table(table) }}
    where
        reading = 'observable'
        and to_date(landed_date) <= (select as_of_date from shop_as_of)
        {%- if of_people %}
        and not is_bot
        {%- endif %}
    group by {{ keys | join(', ') }}
    having {% for measure in measures %}sum({{ measure }}) != 0{{ ' or ' if not loop.last }}{% endfor %}
{%- endmacro %}
