{#- Fails on each row for which one of the SQL conditions is false or unknown, and names those. -#}
{% test conditions_are_true(model, conditions) %}
    select
        *,
        concat_ws(
            '; ',
            {% for condition in conditions -%}
            if(coalesce({{ condition }}, false), null, {{ sql_text(condition) }}){{ ',' if not loop.last }}
            {% endfor %}
        ) as broken_conditions
    from {{ model }}
    where
        {% for condition in conditions -%}
        {{ 'or ' if not loop.first }}not coalesce({{ condition }}, false)
        {% endfor %}
{% endtest %}
