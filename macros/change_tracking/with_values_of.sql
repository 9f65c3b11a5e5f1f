{#-
    A plan, widened by the SQL literals that a query selects; nulls are left out.

    Args:
        plan: to widen.
        query: selects one column, as sql_literal_of makes it.
-#}
{% macro with_values_of(plan, query) %}
    {% set values = plan['values'] | list %}
    {% for row in run_query(query) if row[0] and row[0] not in values %}
        {% do values.append(row[0]) %}
    {% endfor %}
    {% do return(dict(plan, values=values)) %}
{% endmacro %}
