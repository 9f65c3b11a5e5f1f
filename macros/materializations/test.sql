{#-
    Data tests of this project: run again only when something they read has changed since they passed.

    A test that has passed on the same query, snapshots and views passes again without a statement;
    dbt prints its line all the same. `--store-failures` runs every test.
-#}
{% materialization test, adapter='spark' %}
    {%- set state = tested_state(sql, model.depends_on.nodes) -%}
    {%- if state and not should_store_failures() and passed_tests().get(model.unique_id) == state -%}
        {%- do run_memory('tests passed before').update({model.unique_id: state}) -%}
        {%- do store_raw_result(
            name='main', message='UP TO DATE', code='UP TO DATE', rows_affected='0', agate_table=outcome_of_no_failure()
        ) -%}
        {{ return({'relations': []}) }}
    {%- endif -%}

    {%- do run_memory('tests run').update({model.unique_id: state}) -%}
    {{ return(dbt.materialization_test_default()) }}
{% endmaterialization %}
