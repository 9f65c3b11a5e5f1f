{#-
    A plan over dates, widened by those dates whose result changes because rows of a small table
    changed that has no dates of its own, such as the versions of products.

    Args:
        plan: over dates.
        relation: the small table; an incremental table of this project.
        touched: SQL that selects one date column, `touched_date`. It reads the rows of the table from
            `now` and those that were absorbed from `absorbed`; it is run only when they may differ.
-#}
{% macro with_changed_rows(plan, relation, touched) %}
    {% if not execute or model.resource_type != 'model' %}
        {% do return(plan) %}
    {% endif %}
    {% set compared = compared_with_absorbed(plan, relation) %}
    {% if compared.before is none %}
        {% do return(compared.plan) %}
    {% endif %}
    {% set query %}
        with

        now as (select * from {{ relation }}),

        absorbed as (select * from {{ relation }} version as of {{ compared.before }}),

        touched as ({{ touched }})

        select distinct {{ sql_literal_of('touched_date') }} from touched
    {% endset %}
    {% do return(with_values_of(plan, query)) %}
{% endmacro %}
