{#-
    The estimated number of different visitors behind the sketches of a group of rows.

    Args:
        sketch: the column of agg_visitor_sketches_daily.
-#}
{% macro estimated_visitors(sketch='visitor_sketch') -%}
    hll_sketch_estimate(hll_union_agg({{ sketch }}, false))
{%- endmacro %}
