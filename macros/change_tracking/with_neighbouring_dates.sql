{#-
    Adds to the dates to rebuild the days before and after each of them. A model that looks back some
    days rebuilds as many days after a changed date; one that looks ahead, as many before it.

    Args:
        rebuild: from partitions_to_rebuild, its values SQL date literals.
        days_before, days_after: how many days to add on each side.
-#}
{% macro with_neighbouring_dates(rebuild, days_before=0, days_after=0) %}
    {% set widened = [] %}
    {% for literal in rebuild['values'] %}
        {% set date = modules.datetime.date.fromisoformat(literal[5:15]) %}
        {% for days in range(-days_before, days_after + 1) %}
            {% set neighbour = "date'" ~ (date + modules.datetime.timedelta(days=days)) ~ "'" %}
            {% if neighbour not in widened %}
                {% do widened.append(neighbour) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(dict(rebuild, values=widened | sort)) %}
{% endmacro %}
