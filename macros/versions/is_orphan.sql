{#-
    Whether a fact names a user or a product of which no version has been landed, in a source system
    that lands them. Needs the joined rows user_versions and product_versions.

    Args:
        source_system, user_id, product_id: SQL of the fact's own.
-#}
{% macro is_orphan(source_system, user_id, product_id) -%}
    coalesce(
        (
            {{ user_id }} is not null
            and user_versions.user_version_id is null
            and {{ source_system }} in ({{ sources_offering('users') }})
        )
        or (
            {{ product_id }} is not null
            and product_versions.product_version_id is null
            and {{ source_system }} in ({{ sources_offering('products') }})
        ),
        false
    )
{%- endmacro %}
