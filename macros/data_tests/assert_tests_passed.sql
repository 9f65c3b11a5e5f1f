{#-
    Stops when a data test failed when it last ran: a part of the marts that passed its own tests may
    hold what a test of another part found. Tests that the project no longer has do not count.
-#}
{% macro assert_tests_passed() %}
    {% set failed = [] %}
    {% for row in run_query('select test from ' ~ failed_tests() ~ ' order by test') if row[0] in graph.nodes %}
        {% do failed.append(graph.nodes[row[0]].name) %}
    {% endfor %}
    {% if failed %}
        {% do exceptions.raise_compiler_error(
            'Nothing is published, for these data tests failed when they last ran: ' ~ failed | join(', ')
            ~ '. Fix: correct what they found, then dbt build'
        ) %}
    {% endif %}
{% endmacro %}
