{#-
    Takes a table or view that is about to be written out of dbt's list of relations and out of what
    was read of it, so that table_properties asks for its properties.
-#}
{% macro forget_properties(relation) %}
    {% do adapter.cache_dropped(relation) %}
    {% do run_memory('properties').pop(relation | string, none) %}
{% endmacro %}
