{#-
    The snapshot of each upstream table that a table has consumed, as it remembers in its own
    properties: {upstream: snapshot id, as text}. Empty when the table does not exist, and when it
    was written since, by a build that was killed before it remembered or by anybody else: then
    nothing is known of what the table holds.
-#}
{% macro consumed_snapshots(relation) %}
    {% set consumed = {} %}
    {% if load_relation(relation) is not none %}
        {% set properties = table_properties(relation) %}
        {% if properties.get('absorbed.self') == properties.get('current-snapshot-id') %}
            {% for name, value in properties.items() if name.startswith('absorbed.') and name != 'absorbed.self' %}
                {% do consumed.update({name.removeprefix('absorbed.'): value}) %}
            {% endfor %}
        {% endif %}
    {% endif %}
    {% do return(consumed) %}
{% endmacro %}
