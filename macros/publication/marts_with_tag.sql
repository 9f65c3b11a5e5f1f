{#-
    The marts that a publication updates: those with a tag, or all.

    Args:
        marts: from published_models.
        tag: such as hourly; none: all marts.
        published: from published_batch; a part can only be added to what was published whole.
-#}
{% macro marts_with_tag(marts, tag, published) %}
    {% if tag is none %}
        {% do return(marts) %}
    {% endif %}
    {% set tagged = [] %}
    {% for mart in marts if tag in mart.tags %}
        {% do tagged.append(mart) %}
    {% endfor %}
    {% if not tagged %}
        {% do exceptions.raise_compiler_error(
            'No mart has the tag ' ~ tag ~ '. Fix: name one that marts have, such as hourly, or none to publish all'
        ) %}
    {% elif not published %}
        {% do exceptions.raise_compiler_error(
            'Nothing was published yet, so no part of it can be. Fix: dbt build, or dbt run-operation publish'
        ) %}
    {% endif %}
    {% do return(tagged) %}
{% endmacro %}
