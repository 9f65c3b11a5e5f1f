{#- The columns of a model with their descriptions, as `create view` takes them. -#}
{% macro commented_columns(described_model) %}
    {% set columns = [] %}
    {% for column in described_model.columns.values() %}
        {% do columns.append(adapter.quote(column.name) ~ ' comment ' ~ sql_text(column.description | trim)) %}
    {% endfor %}
    {% do return(columns | join(', ')) %}
{% endmacro %}
