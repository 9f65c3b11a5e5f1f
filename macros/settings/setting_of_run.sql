{#-
    A setting of a single dbt command, from the environment. A variable that was renamed keeps
    working under its old name for one version, with a warning that names the new one.

    Args:
        name: of the environment variable.
        old_name: its former name.

    Returns:
        Its value as text, empty where neither is set.
-#}
{% macro setting_of_run(name, old_name) %}
    {% set value = env_var(name, '') %}
    {% set old_value = env_var(old_name, '') %}
    {% if old_value and not value %}
        {% do exceptions.warn(old_name ~ ' is called ' ~ name ~ ' now. Fix: rename it; the next version ignores it') %}
    {% endif %}
    {% do return(value or old_value) %}
{% endmacro %}
