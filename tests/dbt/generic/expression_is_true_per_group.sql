{#- Fails on each combination of the columns for whose rows the SQL condition, of aggregates, is false or unknown. -#}
{% test expression_is_true_per_group(model, columns, expression) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having not coalesce({{ expression }}, false)
{% endtest %}
