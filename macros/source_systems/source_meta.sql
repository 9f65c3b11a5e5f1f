{#-
    What a source system's sources file declares of it: currency, delimiter, quote.

    Args:
        source_name: the source system.
-#}
{% macro source_meta(source_name) %}
    {#- A unit test knows no sources: the usual dialect is tested. -#}
    {% if execute and graph.sources is defined %}
        {% for node in graph.sources.values() if node.source_name == source_name %}
            {% do return(node.source_meta) %}
        {% endfor %}
    {% endif %}
    {% do return({'currency': 'EUR', 'delimiter': ',', 'quote': '"'}) %}
{% endmacro %}
