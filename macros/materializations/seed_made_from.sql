{#- A text that changes with the file of a seed, and with its types and descriptions. -#}
{% macro seed_made_from() %}
    {% set described = [model.checksum.checksum, model.description, model.config.column_types | tojson] %}
    {% for column in model.columns.values() %}
        {% do described.append([column.name, column.data_type, column.description] | join(' ')) %}
    {% endfor %}
    {% do return(local_md5(described | join('\n'))) %}
{% endmacro %}
