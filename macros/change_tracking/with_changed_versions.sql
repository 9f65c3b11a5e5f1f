{#-
    Adds to the dates to rebuild those of a fact table whose rows now belong to another version of a
    user or a product than before: a version came late, was withdrawn, or is the
    first of a key that was unknown.

    Args:
        rebuild: over dates of the fact table.
        dimension: the table of versions, with a validity from valid_from until before valid_to.
        key: user_id or product_id; the id of a version is user_version_id or product_version_id.
        date_column, time_column: of the fact table, the latter is what a version is valid for.
-#}
{% macro with_changed_versions(rebuild, dimension, key, date_column, time_column) %}
    {% if not execute or model.resource_type != 'model' %}
        {% do return(rebuild) %}
    {% endif %}
    {% set compared = compared_with_consumed(rebuild, dimension) %}
    {% if compared.before is none %}
        {% do return(compared.rebuild) %}
    {% endif %}

    {% set version_id = key | replace('_id', '_version_id') %}
    {% set changed %}
        versions as (
            {% for place, is_consumed in [(dimension, false), (dimension ~ ' version as of ' ~ compared.before, true)] %}
            {{ 'union all' if is_consumed }}
            select
                source_system,
                {{ key }},
                {{ version_id }} as version_id,
                valid_from,
                valid_to,
                {{ is_consumed }} as is_consumed
            from {{ place }}
            {% endfor %}
        ),

        compared_versions as (
            select
                source_system,
                {{ key }},
                min(valid_from) as valid_from,
                max(valid_to) as valid_to,
                count(*) as number_of_states,
                bool_or(bool_or(is_consumed)) over (partition by source_system, {{ key }}) as is_known_key
            from versions
            group by source_system, {{ key }}, version_id
        ),

        changed as (
            select
                source_system,
                {{ key }},
                not is_known_key as is_new_key,
                valid_from,
                valid_to
            from compared_versions
            where number_of_states = 1
        )
    {% endset %}
    {# Rows without a version are in partitions of their own, so a new key is looked for in few. #}
    {% set first_dates = run_query(
        'with ' ~ changed ~ " select concat('#', min(if(is_new_key, null, date_sub(to_date(valid_from), 1))))"
        ~ ' from changed having count(*) > 0'
    ) %}
    {% if not first_dates.rows %}
        {% do return(compared.rebuild) %}
    {% endif %}
    {% set first_date = (first_dates.rows[0][0] or '#2100-01-01')[1:] %}
    {% set affected %}
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
    {% do return(with_values_of(rebuild, affected)) %}
{% endmacro %}
