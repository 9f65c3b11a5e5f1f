{#-
    The incremental strategy of every table of this project: the rows of the values to rebuild are
    replaced by those of the query, in one commit that also empties partitions without rows.

    Args:
        arg_dict: as dbt gives it to a strategy, with these keys:
            target_relation: the table.
            query: the SQL of the new rows.
            dest_columns: the names of the table's columns.
            incremental_predicates: the condition of the rows to replace.
-#}
{% macro get_incremental_replace_partitions_sql(arg_dict) %}
    insert into {{ arg_dict.target_relation }}
    replace where {{ arg_dict.incremental_predicates }}
    select {{ arg_dict.dest_columns | join(', ') }} from (
        {{ arg_dict.query }}
    ) as replacement
{% endmacro %}
