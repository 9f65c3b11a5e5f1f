{#-
    A line as it was landed, without the carriage returns that a file of Windows ends its lines with.
    Trimming copies the line, which most do not need.

    Args:
        line: a text column.
-#}
{% macro text_of_line(line) -%}
    if(endswith({{ line }}, '\r'), trim(trailing '\r' from {{ line }}), {{ line }})
{%- endmacro %}
