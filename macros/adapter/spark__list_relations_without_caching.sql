{#-
    Makes dbt-spark see Iceberg tables as Iceberg.

    dbt-spark knows the format of a table by the text `Provider: iceberg`, but for a table in the
    Hive metastore Spark prints `Provider: hive` and, among the table properties,
    `table_type=ICEBERG`. This runs dbt-spark's own statement and adds the missing text.
-#}
{% macro spark__list_relations_without_caching(relation) %}
    {% call statement('list_relations_without_caching', fetch_result=True) -%}
        show table extended in {{ relation.schema }} like '*'
    {%- endcall %}
    {% set listed = load_result('list_relations_without_caching').table %}
    {% set rows = [] %}
    {% for row in listed %}
        {% set information = row[3] %}
        {% if 'table_type=ICEBERG,' in information or 'table_type=ICEBERG]' in information %}
            {% set information = information ~ 'Provider: iceberg\n' %}
        {% endif %}
        {% do rows.append([row[0], row[1], row[2], information]) %}
    {% endfor %}
    {% do return(rows) %}
{% endmacro %}
