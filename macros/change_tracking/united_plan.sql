{#-
    Several plans over the same column as one: for upstream tables of different reach.

    Args:
        plans: a list of plans, from plan_incremental or with_neighbouring_dates.
-#}
{% macro united_plan(plans) %}
    {% set united = {'everything': false, 'values': [], 'absorbed': {}, 'remembered': {}} %}
    {% for plan in plans %}
        {% if plan.everything %}
            {% do united.update({'everything': true}) %}
        {% endif %}
        {% for value in plan['values'] if value not in united['values'] %}
            {% do united['values'].append(value) %}
        {% endfor %}
        {% do united.absorbed.update(plan.absorbed) %}
        {% do united.remembered.update(plan.remembered) %}
    {% endfor %}
    {% do united.update({'values': united['values'] | sort}) %}
    {% do return(united) %}
{% endmacro %}
