{#-
    Incremental tables of this project: whole partitions are replaced, in one commit.

    The model says what it overwrites with `overwrites(column, rebuild)`, which leaves that as a
    comment in the compiled SQL: so what is read and what is replaced can never differ. A first
    build and --full-refresh replace the whole table, also in one commit: readers never see it
    missing, empty or half-built. The table remembers the snapshots of its upstream tables that it
    has consumed; where a run fails between the commit and that, the next replaces the whole table.
-#}
{% materialization incremental, adapter='spark', supported_languages=['sql'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_relation(this) -%}
    {%- set is_whole = existing_relation is none or existing_relation.is_view or should_full_refresh() -%}
    {%- set overwrite = declared_overwrite(compiled_code) -%}
    {%- set is_written = is_whole or overwrite.replace_where != 'false' -%}

    {{ run_hooks(pre_hooks) }}

    {%- if existing_relation is not none and existing_relation.is_view -%}
        {%- do adapter.drop_relation(existing_relation) -%}
    {%- endif -%}
    {%- if is_written or overwrite.consumed != overwrite.remembered -%}
        {%- do forget_properties(target_relation) -%}
    {%- endif -%}

    {%- if is_whole -%}
        {%- call statement('main') -%}
            {{ create_incremental_table(target_relation, compiled_code) }}
        {%- endcall -%}
        {%- do persist_docs(target_relation, model) -%}
    {%- else -%}
        {%- if overwrite.replace_where == 'false' -%}
            {%- do store_raw_result(name='main', message='UP TO DATE', code='UP TO DATE', rows_affected='0') -%}
        {%- else -%}
            {%- set built = [] -%}
            {%- for column in adapter.get_columns_in_relation(target_relation) -%}
                {%- do built.append(column.name ~ ' ' ~ column.dtype) -%}
            {%- endfor -%}
            {%- do assert_declared_types(
                built,
                target_relation,
                'correct the declaration, or rebuild the table: dbt build --full-refresh --select ' ~ model.name
            ) -%}
            {%- call statement('main') -%}
                {{ get_incremental_replace_partitions_sql({
                    'target_relation': target_relation,
                    'query': compiled_code,
                    'dest_columns': model.columns.keys(),
                    'incremental_predicates': overwrite.replace_where,
                }) }}
            {%- endcall -%}
        {%- endif -%}
    {%- endif -%}
    {%- do remember_consumed_snapshots(target_relation, overwrite, is_written) -%}

    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
