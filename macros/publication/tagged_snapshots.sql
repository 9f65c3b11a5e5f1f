{#- The current and the published snapshot of each mart that is a table: {mart: {main, published}}. -#}
{% macro tagged_snapshots(marts) %}
    {% set queries = [] %}
    {% for mart in marts if mart.config.materialized != 'view' %}
        {% do queries.append(
            "select '" ~ mart.name ~ "' as mart, name, concat('#', snapshot_id) as snapshot_id from "
            ~ mart.schema ~ '.' ~ mart.name ~ '.refs'
        ) %}
    {% endfor %}
    {% set states = {} %}
    {% for row in run_query(queries | join(' union all ')) %}
        {% do states.setdefault(row[0], {}).update({row[1]: row[2][1:]}) %}
    {% endfor %}
    {% do return(states) %}
{% endmacro %}
