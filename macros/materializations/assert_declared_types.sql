{#-
    Stops when the columns of a built table differ from those its YAML declares, in order, name or
    exact type; dbt's own contract check takes decimal(12,4) for decimal(18,4).
-#}
{% macro assert_declared_types(relation) %}
    {% set declared = [] %}
    {% for column in model.columns.values() %}
        {% do declared.append(column.name ~ ' ' ~ column.data_type) %}
    {% endfor %}
    {% set built = [] %}
    {% for column in adapter.get_columns_in_relation(relation) %}
        {% do built.append(column.name ~ ' ' ~ column.dtype) %}
    {% endfor %}
    {% if built != declared %}
        {% set difference = (declared | reject('in', built) | list) + (built | reject('in', declared) | list) %}
        {% do exceptions.raise_compiler_error(
            relation ~ ' differs from the columns declared in ' ~ model.patch_path ~ ': '
            ~ (difference | join(', ') or 'their order')
            ~ '. Fix: correct the declaration, or rebuild the table: dbt build --full-refresh --select '
            ~ model.name
        ) %}
    {% endif %}
{% endmacro %}
