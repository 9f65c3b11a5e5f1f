{#-
    What to rebuild of a table that depends on all its upstream rows, such as one of users or of
    windows of days: the whole table, in one commit, when anything it depends on changed since the last
    build, a variable too, and nothing otherwise.

    Args:
        tables: tables whose snapshots are compared.
        contents: small views and seeds, whose rows are compared.

    Returns:
        As partitions_to_rebuild.
-#}
{% macro rebuild_if_changed(tables, contents=[]) %}
    {% set rebuild = {'everything': true, 'values': [], 'consumed': {}, 'remembered': {}} %}
    {% if execute and model.resource_type == 'model' %}
        {% set variables = values_of_variables() %}
        {% for relation in tables %}
            {% set name = relation.schema ~ '.' ~ relation.identifier %}
            {% do rebuild.consumed.update({name: snapshot_state(relation, none).current}) %}
        {% endfor %}
        {% for relation in contents %}
            {% set rows = "select concat('#', md5(to_json(array_sort(collect_list(to_json(struct(*))))))) from " %}
            {% set name = relation.schema ~ '.' ~ relation.identifier %}
            {% do rebuild.consumed.update({name: run_query(rows ~ relation)[0][0]}) %}
        {% endfor %}
        {% set is_incremental_run = is_incremental() %}
        {% if is_incremental_run %}
            {% do rebuild.update({'remembered': consumed_snapshots(this)}) %}
        {% endif %}
        {% set is_changed = has_changed_variable(rebuild.remembered.get('variables', ''), variables) %}
        {% set changed = namespace(any=is_changed or not is_incremental_run) %}
        {% for name, state in rebuild.consumed.items() if rebuild.remembered.get(name) != state %}
            {% set changed.any = true %}
        {% endfor %}
        {% do rebuild.consumed.update({'variables': variables}) %}
        {% do rebuild.update({'everything': changed.any}) %}
    {% endif %}
    {% do return(rebuild) %}
{% endmacro %}
