{#- The properties of a table or view: {name: value, as text}; from its metadata, without a job. -#}
{% macro table_properties(relation) %}
    {% set properties = {} %}
    {% for property in run_query('show tblproperties ' ~ relation) %}
        {% do properties.update({property[0]: property[1] | string}) %}
    {% endfor %}
    {% do return(properties) %}
{% endmacro %}
