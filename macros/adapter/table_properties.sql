{#-
    The properties of a table or view: {name: value, as text}; from its metadata, without a job.

    dbt lists all relations when it begins, and what the metastore then says of an Iceberg table
    holds its properties. So they are asked for one by one only of what this run has written, which
    its materialization takes out of dbt's list, and of what is listed in another way. Nobody
    else writes these tables meanwhile: two builds at once are not supported.
-#}
{% macro table_properties(relation) %}
    {% set properties = {} %}
    {% set information = (load_relation(relation) or relation).information or '' %}
    {% set listed = modules.re.findall('(?m)^Table Properties: \\[(.*, table_type=ICEBERG.*)\\]$', information) %}
    {% if listed %}
        {# A value with a comma and a space in it is cut off there; none that is remembered here has any. #}
        {% for property in listed[-1].split(', ') if '=' in property %}
            {% do properties.update([property.split('=', 1)]) %}
        {% endfor %}
    {% else %}
        {% for property in run_query('show tblproperties ' ~ relation) %}
            {% do properties.update({property[0]: property[1] | string}) %}
        {% endfor %}
    {% endif %}
    {% do return(properties) %}
{% endmacro %}
