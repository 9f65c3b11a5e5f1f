{#-
    The landed dates that stg_landing__files shows from this run on: those it has shown until now and
    those of this run's window. A processed date stays processed, in whatever order runs come.
    The view's own text remembers them: is_processed writes them there as a comment. Earlier
    versions wrote `absorbed` there, which is still read.

    Args:
        manifest: the table of acts of landing.

    Returns:
        A list of [first, last] as texts, in order and with dates between them; the first may be open, ''.
-#}
{% macro processed_dates(manifest) %}
    {% if not execute or model.resource_type != 'model' %}
        {% do return([['', '9999-12-31']]) %}
    {% endif %}
    {% set ranges = [] %}
    {% set window = processing_window(manifest) %}
    {% if window %}
        {% do ranges.append(window) %}
    {% endif %}
    {% if load_relation(this) is not none %}
        {% set text = run_query('show create table ' ~ this)[0][0] %}
        {% set remembered = modules.re.search('/\* (?:processed|absorbed) dates (.*?) \*/', text) %}
        {% if remembered %}
            {% do ranges.extend(fromjson(remembered.group(1))) %}
        {% endif %}
    {% endif %}

    {% set merged = [] %}
    {% for first, last in ranges | sort %}
        {% if merged %}
            {% set before = modules.datetime.date.fromisoformat(merged[-1][1]) %}
            {% set next_date = (before + modules.datetime.timedelta(days=1)).isoformat() %}
        {% endif %}
        {% if merged and first <= next_date %}
            {% do merged.append([merged[-1][0], [merged[-1][1], last] | max]) %}
            {% do merged.pop(-2) %}
        {% else %}
            {% do merged.append([first, last]) %}
        {% endif %}
    {% endfor %}
    {% do return(merged) %}
{% endmacro %}
