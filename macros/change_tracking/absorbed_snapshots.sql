{#-
    The snapshot of each upstream table that a table has absorbed, as it remembers in its own
    properties: {upstream: snapshot id, as text}. Empty when the table does not exist.
-#}
{% macro absorbed_snapshots(relation) %}
    {% set absorbed = {} %}
    {% if load_relation(relation) is not none %}
        {% for name, value in table_properties(relation).items() if name.startswith('absorbed.') %}
            {% do absorbed.update({name.removeprefix('absorbed.'): value}) %}
        {% endfor %}
    {% endif %}
    {% do return(absorbed) %}
{% endmacro %}
