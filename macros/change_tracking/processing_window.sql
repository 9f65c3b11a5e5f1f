{#-
    The landed dates that this run is to process, as said by the environment variables
    WAREHOUSE_PROCESS_UNTIL and WAREHOUSE_PROCESS_FROM (YYYY-MM-DD); without them everything that has
    landed. They are read when a model is built, never when the project is parsed.

    Args:
        manifest: the table of acts of landing.

    Returns:
        [first, last] as texts, first empty where it is open; last is never after the last landed
        date, so what lands after it is left to later runs. None when no date is within.
-#}
{% macro processing_window(manifest) %}
    {% set bounds = [] %}
    {% set names = {
        'WAREHOUSE_PROCESS_FROM': 'WAREHOUSE_ABSORB_FROM',
        'WAREHOUSE_PROCESS_UNTIL': 'WAREHOUSE_ABSORB_UNTIL',
    } %}
    {% for name, old_name in names.items() %}
        {% set text = setting_of_run(name, old_name) %}
        {# Spark knows which days a month has. #}
        {% set is_date = modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', text)
            and run_query("select try_cast('" ~ text ~ "' as date) is not null")[0][0] %}
        {% if text and not is_date %}
            {% do exceptions.raise_compiler_error(
                name ~ ' is ' ~ text ~ ', which is no date. Fix: write it as YYYY-MM-DD, or unset it to process all'
            ) %}
        {% endif %}
        {% do bounds.append(text) %}
    {% endfor %}
    {% set first, last = bounds %}
    {% if last and first > last %}
        {% do exceptions.raise_compiler_error(
            'WAREHOUSE_PROCESS_FROM (' ~ first ~ ') is after WAREHOUSE_PROCESS_UNTIL (' ~ last
            ~ '). Fix: set it to the same date or to an earlier one'
        ) %}
    {% endif %}
    {% set landed = run_query("select concat('#', max(landed_date)) from " ~ manifest ~ " where action = 'landed'") %}
    {% set last_landed = (landed[0][0] or '#')[1:] %}
    {% set last = [last or last_landed, last_landed] | min %}
    {% do return([first, last] if last and first <= last else none) %}
{% endmacro %}
