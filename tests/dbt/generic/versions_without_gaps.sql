{#- Fails on each version that does not begin where the one before it of the same key ended. -#}
{% test versions_without_gaps(model, key) %}
    with

    neighbours as (
        select
            {{ key | join(', ') }},
            valid_from,
            is_current,
            lag(valid_to) over (partition by {{ key | join(', ') }} order by version_number) as previous_valid_to,
            lead(version_number) over (partition by {{ key | join(', ') }} order by version_number) as next_number
        from {{ model }}
    )

    select *
    from neighbours
    where
        valid_from != coalesce(previous_valid_to, {{ first_moment() }})
        or is_current != (next_number is null)
{% endtest %}
