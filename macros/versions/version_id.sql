{#-
    The id of a version of a user or product: it depends on the time of the update alone, so that a
    version that comes late renames no other.

    Args:
        versions: the alias of rows with source_system, the key and updated_at.
        key: user_id or product_id.
-#}
{% macro version_id(versions, key) -%}
    lower(hex(xxhash64({{ versions }}.source_system, {{ versions }}.{{ key }}, {{ versions }}.updated_at)))
{%- endmacro %}
