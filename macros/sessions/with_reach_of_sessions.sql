{#-
    The declared reach of sessions: a plan over dates, widened by the later dates whose sessions may
    depend on the planned ones.

    A session that begins on a date can end on the next, and move the pieces of a long visit on the
    one after. Further on only a visit without a break can carry a change, and such a visit has been
    cut in the table already: the widening goes on for as long as cut visits are found.

    Args:
        plan: from plan_incremental, over event dates.
-#}
{% macro with_reach_of_sessions(plan) %}
    {% if var('session_cut_hours') | int > 24 or var('session_gap_minutes') | int > 1440 %}
        {% do exceptions.raise_compiler_error(
            'session_cut_hours or session_gap_minutes is longer than a day, and what a late event changes is sought '
            ~ 'no further. Fix: at most 24 and 1440, in dbt_project.yml'
        ) %}
    {% endif %}
    {% if not execute or plan.everything or not plan['values'] %}
        {% do return(plan) %}
    {% endif %}
    {% set cut_dates = [] %}
    {% set query %}
        select distinct concat('#', event_date)
        from {{ this }}
        where
            is_session_continuation
            and event_date >= {{ plan['values'] | min }}
            and to_date(session_started_at) = event_date
    {% endset %}
    {% for row in run_query(query) %}
        {% do cut_dates.append(modules.datetime.date.fromisoformat(row[0][1:])) %}
    {% endfor %}
    {% set day = modules.datetime.timedelta(days=1) %}
    {% set reached = [] %}
    {% for literal in plan['values'] %}
        {% set date = modules.datetime.date.fromisoformat(literal[5:15]) %}
        {% set reach = namespace(last=date + 2 * day, ended=false) %}
        {#- between two cuts lie at most two days #}
        {% for step in range(2 * cut_dates | length) if not reach.ended %}
            {% if reach.last - day in cut_dates or reach.last in cut_dates or reach.last + day in cut_dates %}
                {% set reach.last = reach.last + day %}
            {% else %}
                {% set reach.ended = true %}
            {% endif %}
        {% endfor %}
        {% for days in range((reach.last - date).days + 1) %}
            {% set reached_literal = "date'" ~ (date + days * day) ~ "'" %}
            {% if reached_literal not in reached %}
                {% do reached.append(reached_literal) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(dict(plan, values=reached | sort)) %}
{% endmacro %}
