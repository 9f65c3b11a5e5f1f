{#-
    One row: how many values of the ledger and of a mart were compared, and how many differ.

    Args:
        ledger, mart: SQL of both sides, with the same columns.
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
            {%- set told = 'told.' ~ value if states else 'coalesce(told.' ~ value ~ ', 0)' -%}
            {%- set built = 'built.' ~ value if states else 'coalesce(built.' ~ value ~ ', 0)' -%}
            if({{ told }} <=> {{ built }}, 0, 1){{ ' + ' if not loop.last }}
            {% endfor -%}
            {{ '+ if(told.' ~ keys[0] ~ ' is null or built.' ~ keys[0] ~ ' is null, 1, 0)' if states }} as differences
        from ({{ ledger }}) as told
        full outer join ({{ mart }}) as built
            on {% for key in keys %}told.{{ key }} <=> built.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}

    )
{%- endmacro %}
