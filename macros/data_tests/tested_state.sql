{#-
    What the outcome of a data test depends on, as a text: its query, the snapshot of each table that
    it reads, through views too, and what those views were made from. None where that is not known:
    such a test is always run.

    Args:
        query: of the test.
        upstreams: unique ids of what it reads.
-#}
{% macro tested_state(query, upstreams) %}
    {% set read = {} %}
    {% set waiting = upstreams | list %}
    {% for _ in range(graph.nodes | length) if waiting %}
        {% set node = graph.nodes.get(waiting[0]) or graph.sources.get(waiting[0]) %}
        {% set relation = api.Relation.create(schema=node.schema, identifier=node.identifier or node.alias) %}
        {% set is_view = node.config.materialized == 'view' %}
        {% set property = 'made_from' if is_view else 'current-snapshot-id' %}
        {% do read.update({waiting.pop(0): table_properties(relation).get(property)}) %}
        {% if is_view %}
            {% do waiting.extend(node.depends_on.nodes | reject('in', read) | reject('in', waiting) | list) %}
            {% for name in node.config.meta.get('also_reads', []) %}
                {% do read.update({name: state_of_other_table(name)}) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {% if waiting or none in read.values() | list %}
        {% do return(none) %}
    {% endif %}
    {% do return(local_md5(query ~ tojson(read, sort_keys=true))) %}
{% endmacro %}
