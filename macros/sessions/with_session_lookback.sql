{#-
    Adds to the dates to rebuild the later dates whose sessions may depend on them: how far sessions
    look back.

    A session that begins on a date can end on the next, and move the pieces of a long visit on the
    one after. Further on only a visit without a break can carry a change, and such a visit has been
    cut in the table already: the widening goes on for as long as cut visits are found.

    Args:
        rebuild: from partitions_to_rebuild, over event dates.
-#}
{% macro with_session_lookback(rebuild) %}
    {% if var('session_cut_hours') | int > 24 or var('session_gap_minutes') | int > 1440 %}
        {% do exceptions.raise_compiler_error(
            'session_cut_hours or session_gap_minutes is longer than a day, and sessions look back '
            ~ 'no further. Fix: at most 24 and 1440, in dbt_project.yml'
        ) %}
    {% endif %}
    {% if not execute or rebuild.everything or not rebuild['values'] %}
        {% do return(rebuild) %}
    {% endif %}
    {% set cut_dates = [] %}
    {% set query %}
        select distinct concat('#', event_date)
        from {{ this }}
        where
            is_session_continuation
            and event_date >= {{ rebuild['values'] | min }}
            and to_date(session_started_at) = event_date
    {% endset %}
    {% for row in run_query(query) %}
        {% do cut_dates.append(modules.datetime.date.fromisoformat(row[0][1:])) %}
    {% endfor %}
    {% set day = modules.datetime.timedelta(days=1) %}
    {% set widened = [] %}
    {% for literal in rebuild['values'] %}
        {% set date = modules.datetime.date.fromisoformat(literal[5:15]) %}
        {% set lookback = namespace(last=date + 2 * day, ended=false) %}
        {#- between two cuts lie at most two days #}
        {% for step in range(2 * cut_dates | length) if not lookback.ended %}
            {% if lookback.last - day in cut_dates or lookback.last in cut_dates or lookback.last + day in cut_dates %}
                {% set lookback.last = lookback.last + day %}
            {% else %}
                {% set lookback.ended = true %}
            {% endif %}
        {% endfor %}
        {% for days in range((lookback.last - date).days + 1) %}
            {% set later_date = "date'" ~ (date + days * day) ~ "'" %}
            {% if later_date not in widened %}
                {% do widened.append(later_date) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {% do return(dict(rebuild, values=widened | sort)) %}
{% endmacro %}
