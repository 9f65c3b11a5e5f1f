{#-
    The query behind the view of a mart that readers see, without the version it reads: the declared
    columns of a table, or what a view of the project asks, of published tables.
-#}
{% macro mart_definition(mart) %}
    {% set candidate = mart.schema ~ '.' ~ mart.name %}
    {% if mart.config.materialized == 'view' %}
        {% set text = run_query('show create table ' ~ candidate)[0][0] %}
        {% do return(text.split('\nAS ', 1)[1] | replace(mart.schema ~ '.', published_schema(mart.schema) ~ '.')) %}
    {% endif %}
    {% do return('select ' ~ mart.columns.keys() | join(', ') ~ ' from ' ~ candidate) %}
{% endmacro %}
