"""The rules of CONVENTIONS.md that concern dbt's own tests: data tests and unit tests."""

import re
from typing import Any

from .breaches import Breach, named, report
from .dbt_project import DbtProject
from .test_models import variables_read

Node = dict[str, Any]
LONGEST_NAME = 120


def data_tests(manifest: dict[str, Any]) -> list[Node]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]


def test_tests_stop_the_build(manifest: dict[str, Any]) -> None:
    # Where the test is declared is its file; the dbt manifest leaves out what is disabled.
    disabled = [node for nodes in manifest["disabled"].values() for node in nodes]
    report(
        Breach(
            node["original_file_path"],
            f"the test {node['name']} does not stop the build",
            "leave severity and enabled to dbt_project.yml",
        )
        for node in [*data_tests(manifest), *disabled]
        if node["resource_type"] == "test"
        and (node["config"]["severity"].lower() != "error" or not node["config"]["enabled"])
    )


def test_names_of_data_tests_can_be_read(manifest: dict[str, Any]) -> None:
    """What dbt makes of a test's arguments is longer than tools take, and fills the screen."""
    report(
        Breach(
            node["original_file_path"],
            f"the name of the test {node['name']} has {len(node['name'])} characters",
            f"give it a name: of at most {LONGEST_NAME}, such as conditions_are_true_<model>",
        )
        for node in data_tests(manifest)
        if len(node["name"]) > LONGEST_NAME
    )


def test_an_hourly_run_tests_only_what_it_builds(
    project: DbtProject, manifest: dict[str, Any], models: list[Node]
) -> None:
    """Which tests it selects is dbt's own answer."""
    hourly = {model["unique_id"] for model in models if "hourly" in model["tags"]}
    tests = [manifest["nodes"][name] for name in project.hourly_tests]
    breaches = [
        Breach(
            node["original_file_path"],
            f"an hourly run tests {node['name']}, which reads {parent.split('.')[-1]}",
            f"tag {parent.split('.')[-1]} with hourly, or declare the test where it is not built",
        )
        for node in tests
        for parent in set(node["depends_on"]["nodes"]) - hourly
    ]
    if len(tests) <= len(hourly):
        what = f"an hourly run builds {len(hourly)} models and tests them by {len(tests)} tests"
        breaches.append(Breach("models", what, "see what `dbt ls --select tag:hourly` lists"))
    report(breaches)


def test_unit_tests_are_named_after_model_and_behaviour(manifest: dict[str, Any]) -> None:
    breaches = []
    for test in manifest["unit_tests"].values():
        path = test["original_file_path"]
        if not re.fullmatch(rf"test_{test['model']}__[a-z0-9_]+", test["name"]):
            what = f"the unit test {test['name']} is not named after model and behaviour"
            breaches.append(Breach(path, what, f"name it test_{test['model']}__<behaviour>"))
        if not test["description"]:
            what = f"the unit test {test['name']} has no description"
            breaches.append(Breach(path, what, "describe the one behaviour that it tests"))
    report(breaches)


def test_unit_tests_hold_whatever_the_variables_are(
    manifest: dict[str, Any], models: list[Node]
) -> None:
    """Else a shop that changes one could no longer build. Few depend on patterns and shops."""
    by_name = {model["name"]: model for model in models}
    breaches = []
    for test in manifest["unit_tests"].values():
        read = variables_read(manifest, by_name[test["model"]])
        given = (test["overrides"] or {}).get("vars", {})
        missing = read - {"source_systems", "bot_user_agents"} - given.keys()
        if missing:
            what = f"the unit test {test['name']} takes the project's {named(missing)}"
            fix = "state the variables in overrides.vars"
            breaches.append(Breach(test["original_file_path"], what, fix))
    report(breaches)
