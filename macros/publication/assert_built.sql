{#- Stops when one of the marts has not been built yet. -#}
{% macro assert_built(marts, schema) %}
    {% set built = run_query('show tables in ' ~ schema).columns[1].values() | list %}
    {% set built = built + (run_query('show views in ' ~ schema).columns[1].values() | list) %}
    {% set missing = marts | map(attribute='name') | reject('in', built) | list %}
    {% if missing %}
        {% do exceptions.raise_compiler_error(
            'Nothing is published, for there is no ' ~ missing | join(', ') ~ ' yet. Fix: dbt build'
        ) %}
    {% endif %}
{% endmacro %}
