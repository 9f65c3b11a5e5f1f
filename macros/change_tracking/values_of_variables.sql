{#-
    What a model is built with, to be remembered as text: a hash of each enabled source system with
    its streams, and of each variable that the model's SQL names with its value. The as-of date is
    left out: what depends on it reads it from a table.
-#}
{% macro values_of_variables() %}
    {% set hashes = [] %}
    {% for source_system, streams in source_systems().items() %}
        {% do hashes.append(local_md5(source_system ~ '=' ~ streams | sort | join(','))) %}
    {% endfor %}
    {% set variables = [
        'attribution_window_days',
        'bot_user_agents',
        'churn_days',
        'session_cut_hours',
        'session_gap_minutes',
    ] %}
    {% for name in variables if name in model.raw_code %}
        {% do hashes.append(local_md5(name ~ '=' ~ var(name))) %}
    {% endfor %}
    {% do return(hashes | sort | join(',')) %}
{% endmacro %}
