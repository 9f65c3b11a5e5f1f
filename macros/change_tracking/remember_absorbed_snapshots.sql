{#- Keeps in a table's properties which snapshot of each upstream table it has absorbed. -#}
{% macro remember_absorbed_snapshots(relation, absorbed) %}
    {% set properties = [] %}
    {% set remembered = absorbed_snapshots(relation) if absorbed else {} %}
    {% for upstream, snapshot_id in absorbed.items() if remembered.get(upstream) != snapshot_id %}
        {% do properties.append("'absorbed." ~ upstream ~ "' = '" ~ snapshot_id ~ "'") %}
    {% endfor %}
    {% if properties %}
        {% do run_query('alter table ' ~ relation ~ ' set tblproperties (' ~ properties | join(', ') ~ ')') %}
    {% endif %}
{% endmacro %}
