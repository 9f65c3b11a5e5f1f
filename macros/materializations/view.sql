{#-
    Views of this project: made again only when something about them changed.

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

    {%- set known = [] -%}
    {%- if existing_relation is not none and not should_full_refresh() -%}
        {%- for property in run_query('show tblproperties ' ~ target_relation) if property[0] == 'made_from' -%}
            {%- do known.append(property[1]) -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if known == [made_from] -%}
        {%- do store_raw_result(name='main', message='UP TO DATE', code='UP TO DATE', rows_affected='0') -%}
    {%- else -%}
        {%- set columns = [] -%}
        {%- for column in model.columns.values() -%}
            {%- do columns.append(adapter.quote(column.name) ~ ' comment ' ~ sql_text(column.description | trim)) -%}
        {%- endfor -%}
        {%- do spark__get_assert_columns_equivalent(compiled_code) -%}
        {%- call statement('main') -%}
            create or replace view {{ target_relation }} (
                {{ columns | join(', ') }}
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
