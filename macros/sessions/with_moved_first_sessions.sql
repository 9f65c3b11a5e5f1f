{#-
    Adds to the session dates to rebuild those on which visitors had, or now have, their first session
    because of what changed.

    Args:
        rebuild: from partitions_to_rebuild, over session dates.
        sessions: the table of sessions.
-#}
{% macro with_moved_first_sessions(rebuild, sessions) %}
    {% if not execute or rebuild.everything or not rebuild['values'] %}
        {% do return(rebuild) %}
    {% endif %}
    {% set moved %}
        with

        changed_sessions as (
            select
                source_system,
                visitor_id,
                min(session_date) as session_date
            from {{ sessions }}
            where
                {{ in_partitions('session_date', rebuild) }}
                and not is_bot
            group by source_system, visitor_id
        ),

        known as (
            select
                source_system,
                visitor_id,
                first_session_date
            from {{ this }}
        ),

        -- whose first session is gone: the next one is the first, on a changed date or another
        without_first_session as (
            select known.*
            from known
            left anti join changed_sessions
                on
                    known.source_system = changed_sessions.source_system
                    and known.visitor_id = changed_sessions.visitor_id
                    and known.first_session_date >= changed_sessions.session_date
            where {{ in_partitions('known.first_session_date', rebuild) }}
        ),

        moved as (
            select known.first_session_date as affected_date
            from known
            inner join changed_sessions
                on
                    known.source_system = changed_sessions.source_system
                    and known.visitor_id = changed_sessions.visitor_id
                    and known.first_session_date > changed_sessions.session_date

            union all

            select min(later_sessions.session_date) as affected_date
            from without_first_session
            inner join {{ sessions }} as later_sessions
                on
                    without_first_session.source_system = later_sessions.source_system
                    and without_first_session.visitor_id = later_sessions.visitor_id
            where
                later_sessions.session_date >= {{ rebuild['values'] | min }}
                and not later_sessions.is_bot
            group by without_first_session.source_system, without_first_session.visitor_id
        )

        select distinct {{ sql_literal_of('affected_date') }} from moved
    {% endset %}
    {% do return(with_values_of(rebuild, moved)) %}
{% endmacro %}
