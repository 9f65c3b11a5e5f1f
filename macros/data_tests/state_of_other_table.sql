{#-
    A text that changes with a table that no `ref` and no source names; none where nothing says so.

    Args:
        name: layer and table, such as `raw.ledger_files`; it may be missing.
-#}
{% macro state_of_other_table(name) %}
    {% set layer, table = name.split('.') %}
    {% set relation = load_relation(api.Relation.create(schema=generate_schema_name(layer, none), identifier=table)) %}
    {% if relation is none %}
        {% do return('missing') %}
    {% endif %}
    {% set properties = table_properties(relation) %}
    {% do return(properties.get('current-snapshot-id', properties.get('landed'))) %}
{% endmacro %}
