{#- The table of the data tests that passed when they last ran, one row each. -#}
{% macro passed_tests_table() %}
    {% do return(log_table(
        'passed_tests', 'test string, state string',
        'One row per data test that passed when it last ran, with a hash of what it read.'
    )) %}
{% endmacro %}
