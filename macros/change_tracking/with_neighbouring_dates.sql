{#-
    A plan over dates, widened by the days before and after each of them: a model's declared reach.

    Args:
        plan: from plan_incremental, its values SQL date literals.
        days_before, days_after: how many days to add on each side.
-#}
{% macro with_neighbouring_dates(plan, days_before=0, days_after=0) %}
    {% set widened = [] %}
    {% for literal in plan['values'] %}
        {% set date = modules.datetime.date.fromisoformat(literal[5:15]) %}
        {% for days in range(-days_before, days_after + 1) %}
            {% set neighbour = "date'" ~ (date + modules.datetime.timedelta(days=days)) ~ "'" %}
            {% if neighbour not in widened %}
                {% do widened.append(neighbour) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(dict(plan, values=widened | sort)) %}
{% endmacro %}
