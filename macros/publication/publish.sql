{#-
    Shows readers the marts as they are built now: `dbt run-operation publish`, or by itself at the
    end of a `dbt build` of everything in which nothing failed; never while a data test failed when it
    last ran. With a tag, those that carry it:
    `dbt run-operation publish --args '{tag: hourly}'`; the others keep their published snapshot.

    Marts are built and tested in the schema marts_candidate. What readers see in marts are views of
    the snapshots tagged `published`: moving a tag is atomic, needs no copy, and leaves no moment
    without an answer, whatever a build or a full refresh does to the tables meanwhile. A mart that is
    a view itself has tags of its own, see publish_view. One that only feeds others is tagged with
    them, and has no view in marts. The batch is named in the log when all its tags are moved, with
    every mart that readers see or that feeds these, those of earlier batches too; a publication that
    was interrupted is repeated.

    Args:
        tag: of the marts to publish; none: all.
-#}
{% macro publish(tag=none) %}
    {% set all_marts = published_models() %}
    {% if not execute or not all_marts %}
        {% do return('') %}
    {% endif %}
    {% do assert_tests_passed() %}
    {% set log = publication_log() %}
    {% set published = published_batch(log) %}
    {% set marts = marts_with_tag(all_marts, tag, published) %}
    {% set kept = [] %}
    {% for mart in all_marts if mart not in marts and mart.name in published %}
        {% do kept.append(mart) %}
    {% endfor %}
    {% set candidates = all_marts[0].schema %}
    {% set readers = published_schema(candidates) %}
    {% do run_query('create schema if not exists ' ~ readers) %}
    {% do assert_built(marts + kept, candidates) %}
    {% set states = tagged_snapshots(marts + kept) %}
    {% set shown = run_query('show views in ' ~ readers).columns[1].values() | list %}

    {% set rows = [] %}
    {% set shown_snapshots = {} %}
    {% for mart in all_marts if mart.name in states %}
        {% set state = states[mart.name] %}
        {% do shown_snapshots.update({mart.name: state.main if mart in marts else state.published}) %}
    {% endfor %}
    {% set changed = [] %}
    {% for mart in marts %}
        {% set state = states.get(mart.name) %}
        {% set definition = mart_definition(mart) %}
        {% set before = published.get(mart.name, {}) %}
        {% set is_shown = mart.name in shown %}
        {% set is_redefined = not is_supporting(mart)
            and (not is_shown or before.definition != local_md5(definition)) %}
        {% if not state %}
            {% set is_new = publish_view(mart, definition, is_redefined, is_shown, shown_snapshots, states) %}
        {% else %}
            {% set is_new = is_redefined or state.main != before.snapshot_id %}
            {% if is_redefined and is_shown %}
                {# The new columns and the new rows in one step. #}
                {% do run_query(mart_view(mart, definition ~ ' version as of ' ~ state.main)) %}
            {% endif %}
            {% if state.main != state.published %}
                {% do run_query(
                    'alter table ' ~ mart.schema ~ '.' ~ mart.name
                    ~ ' create or replace tag published as of version ' ~ state.main
                ) %}
            {% endif %}
            {% if is_redefined %}
                {% do run_query(mart_view(mart, definition ~ " version as of 'published'")) %}
            {% endif %}
        {% endif %}
        {% if is_new %}
            {% do changed.append(mart) %}
        {% endif %}
        {% do rows.append(
            "'" ~ mart.name ~ "', " ~ ("'" ~ state.main ~ "'" if state else 'null')
            ~ ", '" ~ local_md5(definition) ~ "'"
        ) %}
    {% endfor %}

    {% for mart in kept %}
        {% set shown_snapshot = states.get(mart.name, {}).get('published') %}
        {% set before = published[mart.name] %}
        {% if shown_snapshot and shown_snapshot != before.snapshot_id %}
            {# An interrupted publication had moved its tag. #}
            {% do changed.append(mart) %}
        {% endif %}
        {% do rows.append(
            "'" ~ mart.name ~ "', " ~ ("'" ~ shown_snapshot ~ "'" if shown_snapshot else 'null')
            ~ ", '" ~ before.definition ~ "'"
        ) %}
    {% endfor %}

    {% do hide_supporting(readers, shown) %}
    {% if changed or published | length != rows | length %}
        {% set now = modules.datetime.datetime.now(modules.pytz.utc).strftime('%Y-%m-%dT%H:%M:%S.%fZ') %}
        {% set batch = "('" ~ now ~ "', timestamp'" ~ now ~ "', " %}
        {% do run_query('insert into ' ~ log ~ ' values ' ~ batch ~ rows | join('), ' ~ batch) ~ ')') %}
        {% set counts = namespace(shown=0, changed=0) %}
        {% for mart in marts + kept if not is_supporting(mart) %}
            {% set counts.shown = counts.shown + 1 %}
            {% set counts.changed = counts.changed + (mart in changed) %}
        {% endfor %}
        {% do print('Published ' ~ counts.shown ~ ' marts, ' ~ counts.changed ~ ' of them new, as ' ~ now) %}
    {% else %}
        {% do print('Nothing new to publish') %}
    {% endif %}
    {% do return('') %}
{% endmacro %}
