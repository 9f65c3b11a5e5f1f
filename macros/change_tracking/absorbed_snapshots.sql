{#-
    The snapshot of each upstream table that a table has absorbed, as it remembers in its own
    properties: {upstream: snapshot id, as text}. Empty when the table does not exist.
-#}
{% macro absorbed_snapshots(relation) %}
    {% set absorbed = {} %}
    {% if load_relation(relation) is not none %}
        {% for property in run_query('show tblproperties ' ~ relation) %}
            {% if property[0].startswith('absorbed.') %}
                {% do absorbed.update({property[0].removeprefix('absorbed.'): property[1] | string}) %}
            {% endif %}
        {% endfor %}
    {% endif %}
    {% do return(absorbed) %}
{% endmacro %}
