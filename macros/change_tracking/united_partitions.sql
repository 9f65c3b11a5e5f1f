{#-
    What several upstream tables make a model rebuild, over the same column, as one: for upstream
    tables of different lookback.

    Args:
        rebuilds: a list, each from partitions_to_rebuild or with_neighbouring_dates.
-#}
{% macro united_partitions(rebuilds) %}
    {% set united = {'everything': false, 'values': [], 'consumed': {}, 'remembered': {}} %}
    {% for rebuild in rebuilds %}
        {% if rebuild.everything %}
            {% do united.update({'everything': true}) %}
        {% endif %}
        {% for value in rebuild['values'] if value not in united['values'] %}
            {% do united['values'].append(value) %}
        {% endfor %}
        {% do united.consumed.update(rebuild.consumed) %}
        {% do united.remembered.update(rebuild.remembered) %}
    {% endfor %}
    {% do united.update({'values': united['values'] | sort}) %}
    {% do return(united) %}
{% endmacro %}
