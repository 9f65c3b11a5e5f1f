{#-
    The properties of a table or view: {name: value, as text}; from its metadata, without a job.

    dbt lists all relations when it begins, and what the metastore then says of a table or view holds
    its properties. So they are asked for only of what this run has written, see forget_properties,
    and of what is listed in another way; once each. Nobody else writes these tables meanwhile: two
    builds at once are not supported.
-#}
{% macro table_properties(relation) %}
    {% set known = run_memory('properties') %}
    {% set name = relation | string %}
    {% if name in known %}
        {% do return(known[name]) %}
    {% endif %}
    {% set properties = {} %}
    {% set information = (load_relation(relation) or relation).information or '' %}
    {% set listed = modules.re.findall('(?m)^Table Properties: \\[(.*)\\]$', information) %}
    {% if listed and 'table_type=ICEBERG' in listed[-1] %}
        {# A value with a comma and a space in it is cut off there; none that is remembered here has any. #}
        {% for property in listed[-1].split(', ') if '=' in property %}
            {% do properties.update([property.split('=', 1)]) %}
        {% endfor %}
    {% else %}
        {% for property in run_query('show tblproperties ' ~ relation) %}
            {% do properties.update({property[0]: property[1] | string}) %}
        {% endfor %}
    {% endif %}
    {% do known.update({name: properties}) %}
    {% do return(properties) %}
{% endmacro %}
