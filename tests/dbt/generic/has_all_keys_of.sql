{#- Fails on each key of another model that is missing here: every one of its rows has its counterpart. -#}
{% test has_all_keys_of(model, other, columns) %}
    select {{ columns | join(', ') }}
    from {{ other }}
    except
    select {{ columns | join(', ') }}
    from {{ model }}
{% endtest %}
