{#- Reads back what `overwrites` wrote into the compiled SQL of a model. -#}
{% macro declared_overwrite(compiled_sql) %}
    {% set found = modules.re.search('/\* overwrites (.*?) \*/', compiled_sql) %}
    {% if not found %}
        {% do exceptions.raise_compiler_error(
            model.name ~ ' is incremental but does not say what it overwrites. '
            ~ 'Fix: add {{ overwrites(column, rebuild) }}'
        ) %}
    {% endif %}
    {% do return(fromjson(found.group(1))) %}
{% endmacro %}
