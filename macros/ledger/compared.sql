{#-
    One row: how many values of the ledger and of a mart were compared, and how many differ.

    Args:
        ledger: SQL of what the ledger says.
        mart: name of the CTE with the same columns.
        keys: columns that say which rows belong together.
        values: columns to compare; a side without the row counts as zeros, or as nulls in `states`.
        states: whether a missing row differs from one with zeros.
-#}
{% macro compared(ledger, mart, keys, values, states=false) -%}
    select
        count(*) * {{ values | length }} as value_count,
        coalesce(sum(differences), 0) as difference_count
    from (
        select
            {% for value in values -%}
            {%- set of_ledger = 'ledger.' ~ value if states else 'coalesce(ledger.' ~ value ~ ', 0)' -%}
            {%- set of_mart = 'mart.' ~ value if states else 'coalesce(mart.' ~ value ~ ', 0)' -%}
            if({{ of_ledger }} <=> {{ of_mart }}, 0, 1){{ ' + ' if not loop.last }}
            {% endfor -%}
            {{ '+ if(ledger.' ~ keys[0] ~ ' is null or mart.' ~ keys[0] ~ ' is null, 1, 0)' if states }} as differences
        from ({{ ledger }}) as ledger
        full outer join {{ mart }} as mart
            on {% for key in keys %}ledger.{{ key }} <=> mart.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}

    )
{%- endmacro %}
