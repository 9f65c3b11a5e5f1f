{#-
    Keeps in a table's properties which snapshot of each upstream table it has consumed, and which
    snapshot of its own that build wrote; what it no longer reads is forgotten.

    Args:
        rebuild: with `consumed`, and `remembered`, what the properties said before.
        is_written: whether the table has a new snapshot.
-#}
{% macro remember_consumed_snapshots(relation, rebuild, is_written) %}
    {% if not rebuild.consumed or (not is_written and rebuild.consumed == rebuild.remembered) %}
        {% do return(none) %}
    {% endif %}
    {% set properties = table_properties(relation) %}
    {#- Not under the table's own name: Spark shows no value of a name with `url` in it, such as hourly. #}
    {% set remembered = dict(rebuild.consumed, **{'self': properties['current-snapshot-id']}) %}
    {#- Forgotten first: a build killed in between then knows that it knows nothing. #}
    {% set forgotten = [] %}
    {% for name in properties | list %}
        {% if name.startswith('absorbed.') and name.removeprefix('absorbed.') not in remembered %}
            {% do forgotten.append("'" ~ name ~ "'") %}
            {% do properties.pop(name) %}
        {% endif %}
    {% endfor %}
    {% if forgotten %}
        {% do run_query('alter table ' ~ relation ~ ' unset tblproperties (' ~ forgotten | join(', ') ~ ')') %}
    {% endif %}
    {% set changed = [] %}
    {% for name, snapshot_id in remembered.items() if properties.get('absorbed.' ~ name) != snapshot_id %}
        {% do changed.append("'absorbed." ~ name ~ "' = '" ~ snapshot_id ~ "'") %}
        {% do properties.update({'absorbed.' ~ name: snapshot_id}) %}
    {% endfor %}
    {% if changed %}
        {% do run_query('alter table ' ~ relation ~ ' set tblproperties (' ~ changed | join(', ') ~ ')') %}
    {% endif %}
{% endmacro %}
