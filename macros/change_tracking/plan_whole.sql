{#-
    The plan of a table that depends on all its upstream rows, such as one of users or of windows of
    days: it is replaced as a whole, in one commit, when anything it depends on changed since the
    last build, a variable too, and left alone otherwise.

    Args:
        tables: tables whose snapshots are compared.
        contents: small views and seeds, whose rows are compared.

    Returns:
        As plan_incremental.
-#}
{% macro plan_whole(tables, contents=[]) %}
    {% set plan = {'everything': true, 'values': [], 'absorbed': {}, 'remembered': {}} %}
    {% if execute and model.resource_type == 'model' %}
        {% set variables = values_of_variables() %}
        {% for relation in tables %}
            {% set name = relation.schema ~ '.' ~ relation.identifier %}
            {% do plan.absorbed.update({name: snapshot_state(relation, none).current}) %}
        {% endfor %}
        {% for relation in contents %}
            {% set rows = "select concat('#', md5(to_json(array_sort(collect_list(to_json(struct(*))))))) from " %}
            {% set name = relation.schema ~ '.' ~ relation.identifier %}
            {% do plan.absorbed.update({name: run_query(rows ~ relation)[0][0]}) %}
        {% endfor %}
        {% set is_incremental_run = is_incremental() %}
        {% if is_incremental_run %}
            {% do plan.update({'remembered': absorbed_snapshots(this)}) %}
        {% endif %}
        {% set is_changed = has_changed_variable(plan.remembered.get('variables', ''), variables) %}
        {% set changed = namespace(any=is_changed or not is_incremental_run) %}
        {% for name, state in plan.absorbed.items() if plan.remembered.get(name) != state %}
            {% set changed.any = true %}
        {% endfor %}
        {% do plan.absorbed.update({'variables': variables}) %}
        {% do plan.update({'everything': changed.any}) %}
    {% endif %}
    {% do return(plan) %}
{% endmacro %}
