{#-
    The query behind the view of a mart that readers see, without the versions it reads: the declared
    columns of a table, or what a view of the project asks.
-#}
{% macro mart_definition(mart) %}
    {% set candidate = mart.schema ~ '.' ~ mart.name %}
    {% if mart.config.materialized == 'view' %}
        {% do return(run_query('show create table ' ~ candidate)[0][0].split('\nAS ', 1)[1]) %}
    {% endif %}
    {% do return('select ' ~ mart.columns.keys() | join(', ') ~ ' from ' ~ candidate) %}
{% endmacro %}
