{#-
    Runs at the end of every dbt command: keeps which data tests failed when they last ran, whatever
    command that was and whichever part of the project it concerned. Nothing is published before
    they pass, see assert_tests_passed.

    Args:
        results: of the nodes that ran.
-#}
{% macro remember_failed_tests(results) %}
    {% set outcomes = {'failed': [], 'passed': []} %}
    {% for result in results if result.node.resource_type == 'test' %}
        {% if result.status in ('fail', 'error') %}
            {% do outcomes.failed.append("'" ~ result.node.unique_id ~ "'") %}
        {% elif result.status in ('pass', 'warn') %}
            {% do outcomes.passed.append("'" ~ result.node.unique_id ~ "'") %}
        {% endif %}
    {% endfor %}
    {% if not execute or not (outcomes.failed or outcomes.passed) %}
        {% do return('') %}
    {% endif %}
    {% set table = failed_tests() %}
    {% set known = [] %}
    {% for row in run_query('select test from ' ~ table) %}
        {% do known.append("'" ~ row[0] ~ "'") %}
    {% endfor %}
    {% set passing_again = known | select('in', outcomes.passed) | list %}
    {% set broken = outcomes.failed | reject('in', known) | list %}
    {% if passing_again %}
        {% do run_query('delete from ' ~ table ~ ' where test in (' ~ passing_again | join(', ') ~ ')') %}
    {% endif %}
    {% if broken %}
        {% do run_query('insert into ' ~ table ~ ' values (' ~ broken | join('), (') ~ ')') %}
    {% endif %}
    {% do return('') %}
{% endmacro %}
