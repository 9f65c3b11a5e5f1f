{#-
    Adds to the values to rebuild the SQL literals that a query selects; nulls are left out.

    Args:
        rebuild: what to add to.
        query: selects one column, as sql_literal_of makes it.
-#}
{% macro with_values_of(rebuild, query) %}
    {% set values = rebuild['values'] | list %}
    {% for row in run_query(query) if row[0] and row[0] not in values %}
        {% do values.append(row[0]) %}
    {% endfor %}
    {% do return(dict(rebuild, values=values)) %}
{% endmacro %}
