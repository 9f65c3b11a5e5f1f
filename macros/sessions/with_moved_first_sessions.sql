{#-
    The declared reach of first sessions: a plan over session dates, widened by the dates on which
    visitors had, or now have, their first session because of what changed on the planned ones.

    Args:
        plan: from plan_incremental, over session dates.
        sessions: the table of sessions.
-#}
{% macro with_moved_first_sessions(plan, sessions) %}
    {% if not execute or plan.everything or not plan['values'] %}
        {% do return(plan) %}
    {% endif %}
    {% set moved %}
        with

        planned_sessions as (
            select
                source_system,
                visitor_id,
                min(session_date) as session_date
            from {{ sessions }}
            where
                {{ is_planned('session_date', plan) }}
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

        -- whose first session is gone: the next one is the first, on a planned date or another
        bereft as (
            select known.*
            from known
            left anti join planned_sessions
                on
                    known.source_system = planned_sessions.source_system
                    and known.visitor_id = planned_sessions.visitor_id
                    and known.first_session_date >= planned_sessions.session_date
            where {{ is_planned('known.first_session_date', plan) }}
        ),

        moved as (
            select known.first_session_date as touched_date
            from known
            inner join planned_sessions
                on
                    known.source_system = planned_sessions.source_system
                    and known.visitor_id = planned_sessions.visitor_id
                    and known.first_session_date > planned_sessions.session_date

            union all

            select min(later_sessions.session_date) as touched_date
            from bereft
            inner join {{ sessions }} as later_sessions
                on
                    bereft.source_system = later_sessions.source_system
                    and bereft.visitor_id = later_sessions.visitor_id
            where
                later_sessions.session_date >= {{ plan['values'] | min }}
                and not later_sessions.is_bot
            group by bereft.source_system, bereft.visitor_id
        )

        select distinct {{ sql_literal_of('touched_date') }} from moved
    {% endset %}
    {% do return(with_values_of(plan, moved)) %}
{% endmacro %}
