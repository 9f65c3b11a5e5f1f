{#-
    Runs at the end of every dbt command: keeps in which state data tests passed, so that the next
    command leaves them out while it is the same, and says how many this one left out.

    Args:
        results: of the nodes that ran.
-#}
{% macro remember_passed_tests(results) %}
    {% if not execute %}
        {% do return('') %}
    {% endif %}
    {% set tested = run_memory('tests run') %}
    {% set passed = {} %}
    {% for result in results if result.status == 'pass' and tested.get(result.node.unique_id) %}
        {% do passed.update({result.node.unique_id: tested[result.node.unique_id]}) %}
    {% endfor %}
    {% if passed %}
        {% set rows = [] %}
        {% for test, state in dict(passed_tests(), **passed).items() if test in graph.nodes %}
            {% do rows.append("('" ~ test ~ "', '" ~ state ~ "')") %}
        {% endfor %}
        {% do run_query('insert overwrite ' ~ passed_tests_table() ~ ' values ' ~ rows | join(', ')) %}
    {% endif %}
    {% set left_out = run_memory('tests passed before') | length %}
    {% if left_out %}
        {% do print(left_out ~ ' data tests passed before on the same snapshots, and were not run again') %}
    {% endif %}
    {% do return('') %}
{% endmacro %}
