{#-
    A plan over dates, widened by those dates of a fact table whose rows now belong to another
    version of a user or a product than they did: a version came late, was withdrawn, or is the
    first of a key that was unknown.

    Args:
        plan: over dates of the fact table.
        dimension: the table of versions, with a validity from valid_from until before valid_to.
        key: user_id or product_id; the id of a version is user_version_id or product_version_id.
        date_column, time_column: of the fact table, the latter is what a version is valid for.
-#}
{% macro with_changed_versions(plan, dimension, key, date_column, time_column) %}
    {% if not execute or model.resource_type != 'model' %}
        {% do return(plan) %}
    {% endif %}
    {% set compared = compared_with_absorbed(plan, dimension) %}
    {% if compared.before is none %}
        {% do return(compared.plan) %}
    {% endif %}

    {% set version_id = key | replace('_id', '_version_id') %}
    {% set changed %}
        now as (select * from {{ dimension }}),

        absorbed as (select * from {{ dimension }} version as of {{ compared.before }}),

        changed as (
            select
                versions.source_system,
                versions.{{ key }},
                versions.valid_from,
                versions.valid_to,
                known_keys.{{ key }} is null as is_new_key
            from (
                select now.* from now left anti join absorbed on now.{{ version_id }} = absorbed.{{ version_id }}
                union all
                select absorbed.* from absorbed left anti join now on now.{{ version_id }} = absorbed.{{ version_id }}
            ) as versions
            left join (select distinct source_system, {{ key }} from absorbed) as known_keys
                on
                    versions.source_system = known_keys.source_system
                    and versions.{{ key }} = known_keys.{{ key }}
        )
    {% endset %}
    {# Rows without a version stand in partitions of their own, so a new key is looked for in few. #}
    {% set bounds = run_query(
        'with ' ~ changed ~ " select concat('#', min(if(is_new_key, null, date_sub(to_date(valid_from), 1)))) from changed"
    )[0][0] %}
    {% set first_date = bounds[1:] if bounds else '2100-01-01' %}
    {% set touched %}
        with {{ changed }}

        select distinct {{ sql_literal_of('facts.' ~ date_column) }}
        from {{ this }} as facts
        inner join changed
            on
                facts.source_system = changed.source_system
                and facts.{{ key }} = changed.{{ key }}
                and facts.{{ time_column }} >= changed.valid_from
                and facts.{{ time_column }} < changed.valid_to
        where
            facts.{{ date_column }} >= date'{{ first_date }}'
            or facts.is_orphan
    {% endset %}
    {% do return(with_values_of(plan, touched)) %}
{% endmacro %}
