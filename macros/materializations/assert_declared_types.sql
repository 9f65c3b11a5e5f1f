{#-
    Stops when columns differ from those that the YAML of the model declares, in order, name or
    exact type; dbt's own contract check takes decimal(12,4) for decimal(18,4).

    Args:
        columns: a list of 'name type'.
        what: what has these columns.
        fix: what to do about it.
-#}
{% macro assert_declared_types(columns, what, fix) %}
    {% set declared = [] %}
    {% for column in model.columns.values() %}
        {% do declared.append(column.name ~ ' ' ~ column.data_type) %}
    {% endfor %}
    {% if columns != declared %}
        {% set difference = (declared | reject('in', columns) | list) + (columns | reject('in', declared) | list) %}
        {% do exceptions.raise_compiler_error(
            what ~ ' differs from the columns declared in ' ~ model.patch_path ~ ': '
            ~ (difference | join(', ') or 'their order') ~ '. Fix: ' ~ fix
        ) %}
    {% endif %}
{% endmacro %}
