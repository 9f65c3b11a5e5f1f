{#- The state in which each data test last passed, as in tested_state: {unique id: state}. -#}
{% macro passed_tests() %}
    {% set known = run_memory('passed tests') %}
    {% if not known %}
        {% set states = {} %}
        {% for row in run_query("select test, concat('#', state) from " ~ passed_tests_table()) %}
            {# Marked as a text: what looks like a number would be read as one. #}
            {% do states.update({row[0]: row[1][1:]}) %}
        {% endfor %}
        {% do known.update({'states': states}) %}
    {% endif %}
    {% do return(known.states) %}
{% endmacro %}
