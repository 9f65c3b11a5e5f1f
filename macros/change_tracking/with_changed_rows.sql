{#-
    Adds to the dates to rebuild those whose result changes because rows of a small table changed
    that has no dates of its own, such as the versions of products.

    Args:
        rebuild: over dates.
        relation: the small table; an incremental table of this project.
        affected: SQL that selects one date column, `affected_date`. It reads the rows of the table from
            `now` and those that were consumed from `consumed`; it is run only when they may differ.
-#}
{% macro with_changed_rows(rebuild, relation, affected) %}
    {% if not execute or model.resource_type != 'model' %}
        {% do return(rebuild) %}
    {% endif %}
    {% set compared = compared_with_consumed(rebuild, relation) %}
    {% if compared.before is none %}
        {% do return(compared.rebuild) %}
    {% endif %}
    {% set query %}
        with

        now as (select * from {{ relation }}),

        consumed as (select * from {{ relation }} version as of {{ compared.before }}),

        affected as ({{ affected }})

        select distinct {{ sql_literal_of('affected_date') }} from affected
    {% endset %}
    {% do return(with_values_of(rebuild, query)) %}
{% endmacro %}
