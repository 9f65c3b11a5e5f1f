{#-
    Whether a table was built with a variable that has another value now, or with a source system
    that is gone or offers other streams. A new source system is no such change: its rows
    are new rows like any others.

    Args:
        before, now: from values_of_variables; before: empty where it is not known.
-#}
{% macro has_changed_variable(before, now) %}
    {% for hash in before.split(',') if hash and hash not in now.split(',') %}
        {% do return(true) %}
    {% endfor %}
    {% do return(false) %}
{% endmacro %}
