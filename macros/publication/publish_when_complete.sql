{#-
    Runs at the end of every dbt command: publishes after a `dbt build` of all models and all data
    tests of which none failed, and says why not after one that failed. With the environment variable
    WAREHOUSE_PUBLISH=manual it leaves that to a step of its own, as a scheduler has it.

    Args:
        results: of the nodes that ran.
-#}
{% macro publish_when_complete(results) %}
    {% if not execute or flags.WHICH != 'build' %}
        {% do return('') %}
    {% endif %}
    {% set when = env_var('WAREHOUSE_PUBLISH', '') %}
    {% if when == 'apart' %}
        {% do exceptions.warn(
            'WAREHOUSE_PUBLISH=apart is called manual now. Fix: rename it; the next version refuses it'
        ) %}
        {% set when = 'manual' %}
    {% endif %}
    {% if when == 'manual' %}
        {% do print('Not published, as WAREHOUSE_PUBLISH says: manual. To publish: dbt run-operation publish') %}
        {% do return('') %}
    {% elif when %}
        {% do exceptions.raise_compiler_error(
            'WAREHOUSE_PUBLISH is ' ~ when ~ '. Fix: set it to manual, or unset it to publish at the end of a build'
        ) %}
    {% endif %}
    {% set left_out = [] %}
    {% for node in graph.nodes.values() %}
        {% if node.resource_type in ('model', 'seed', 'test') and node.unique_id not in selected_resources %}
            {% do left_out.append(node.name) %}
        {% endif %}
    {% endfor %}
    {% set failed = results | rejectattr('status', 'in', ['success', 'pass', 'warn', 'no-op']) | list %}
    {% if left_out %}
        {% do print('Not published: only a part was built. After its tests passed: dbt run-operation publish') %}
    {% elif failed %}
        {% do print(
            'Not published: ' ~ failed | length ~ ' of ' ~ results | length
            ~ ' failed or were skipped; readers keep the marts as they were'
        ) %}
    {% else %}
        {% do publish() %}
    {% endif %}
    {% do return('') %}
{% endmacro %}
