{#- Whether a mart only feeds other marts, as its `meta.supporting` says: readers are not shown it. -#}
{% macro is_supporting(mart) %}
    {% do return(mart.config.meta.get('supporting', false)) %}
{% endmacro %}
