{#-
    Shows readers a mart that is a view as of the snapshots they are about to see of its tables.
    Returns whether anything was new.

    Args:
        definition: from mart_definition.
        is_redefined: whether readers have another definition, or none yet.
        is_shown: whether readers have the view already.
        shown: the snapshot of each table that readers see: {mart: snapshot}.
        states: from tagged_snapshots.
-#}
{% macro publish_view(mart, definition, is_redefined, is_shown, shown, states) %}
    {% set tags = [mart.name ~ '_a', mart.name ~ '_b'] %}
    {% set tables = modules.re.findall('\\b' ~ mart.schema ~ '\\.(\\w+)', definition) | unique | list %}
    {% set text = '' %}
    {% if is_shown %}
        {% set text = run_query('show create table ' ~ published_schema(mart.schema) ~ '.' ~ mart.name)[0][0] %}
    {% endif %}
    {% set in_use = tags[0] if "'" ~ tags[0] ~ "'" in text else tags[1] %}
    {% set stale = [] %}
    {% for table in tables if states[table].get(in_use) != shown[table] %}
        {% do stale.append(table) %}
    {% endfor %}
    {% if not is_redefined and not stale %}
        {% do return(false) %}
    {% endif %}
    {% set free = tags[1] if in_use == tags[0] else tags[0] %}
    {% for table in tables if states[table].get(free) != shown[table] %}
        {% do run_query(
            'alter table ' ~ mart.schema ~ '.' ~ table ~ ' create or replace tag ' ~ free ~ ' as of version '
            ~ shown[table]
        ) %}
    {% endfor %}
    {% do run_query(mart_view(mart, pinned_definition(definition, mart.schema, free))) %}
    {% do return(true) %}
{% endmacro %}
