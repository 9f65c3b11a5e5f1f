{#-
    The query of a mart that is a view, reading its tables at a tag of its own. The tags of several
    tables cannot be moved at once, but a view can be redefined at once: its answers are of one batch.

    Args:
        definition: from mart_definition.
        candidates: the schema of its tables.
        tag: on each of them.
-#}
{% macro pinned_definition(definition, candidates, tag) %}
    {% do return(
        modules.re.sub('\\b(' ~ candidates ~ '\\.\\w+)', '\\1 version as of \'' ~ tag ~ '\'', definition)
    ) %}
{% endmacro %}
