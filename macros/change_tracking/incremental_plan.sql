{#- Reads back what `replaces` wrote into the compiled SQL of a model. -#}
{% macro incremental_plan(compiled_sql) %}
    {% set found = modules.re.search('/\* incremental plan (.*?) \*/', compiled_sql) %}
    {% if not found %}
        {% do exceptions.raise_compiler_error(
            model.name ~ ' is incremental but does not say what it replaces. Fix: add {{ replaces(column, plan) }}'
        ) %}
    {% endif %}
    {% do return(fromjson(found.group(1))) %}
{% endmacro %}
