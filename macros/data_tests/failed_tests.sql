{#- The table of the data tests that failed when they last ran, one row each, by their unique ids. -#}
{% macro failed_tests() %}
    {% do return(log_table(
        'failed_tests', 'test string', 'One row per data test that failed when it last ran.'
    )) %}
{% endmacro %}
