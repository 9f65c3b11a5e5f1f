{#-
    Views of this project: redefined only when something about them changed.

    Making a view costs Spark the analysis of every view below it, several times over. So a view
    keeps in its properties what it was made from, and is left alone while that is the same.
-#}
{% materialization view, adapter='spark' %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- set existing_relation = load_relation(this) -%}
    {%- set made_from = view_made_from(compiled_code) -%}

    {{ run_hooks(pre_hooks) }}

    {%- if existing_relation is not none and not existing_relation.is_view -%}
        {%- do adapter.drop_relation(existing_relation) -%}
        {%- set existing_relation = none -%}
    {%- endif -%}

    {%- set properties = {} -%}
    {%- if existing_relation is not none and not should_full_refresh() -%}
        {%- set properties = table_properties(target_relation) -%}
    {%- endif -%}

    {%- if properties.get('made_from') == made_from -%}
        {%- do store_raw_result(name='main', message='UP TO DATE', code='UP TO DATE', rows_affected='0') -%}
    {%- else -%}
        {%- do forget_properties(target_relation) -%}
        {%- do assert_query_is_as_declared(compiled_code) -%}
        {%- call statement('main') -%}
            create or replace view {{ target_relation }} (
                {{ commented_columns(model) }}
            )
            {{ comment_clause() }}
            tblproperties ('made_from' = '{{ made_from }}')
            as
            {{ compiled_code }}
        {%- endcall -%}
    {%- endif -%}

    {{ run_hooks(post_hooks) }}

    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
