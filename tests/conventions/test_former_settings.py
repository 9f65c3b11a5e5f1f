"""Settings of single dbt commands keep working under former names; a line says the new one."""

from types import SimpleNamespace
from typing import Any

import pytest

from warehouse.settings import rename_former_settings

from .change_tracking import Project, Rendered

NOTE = "WAREHOUSE_ABSORB_UNTIL is called WAREHOUSE_PROCESS_UNTIL now."


def said_by_dbt(
    manifest: dict[str, Any], call: str, environment: dict[str, str]
) -> tuple[Any, list[str], list[str]]:
    """What a macro returns, and what it warns of and prints, in this environment."""
    project, warned, printed = Project(manifest), [], []
    model = project.nodes[project.id_of("stg_landing__files")]
    context = project._context(model, Rendered())
    exceptions = SimpleNamespace(warn=warned.append, **vars(context["exceptions"]))
    context |= {
        "env_var": lambda name, default="": environment.get(name, default),
        "exceptions": exceptions,
        "flags": SimpleNamespace(WHICH="build"),
        "print": printed.append,
        "run_query": lambda query: [["#2024-03-05" if "max(landed_date)" in query else True]],
    }
    name, _, argument = call.partition(" ")
    return context[name](argument), warned, printed


@pytest.mark.parametrize(
    ("environment", "window", "note"),
    [
        ({"WAREHOUSE_PROCESS_UNTIL": "2024-03-02"}, ["", "2024-03-02"], None),
        ({"WAREHOUSE_ABSORB_UNTIL": "2024-03-02"}, ["", "2024-03-02"], NOTE),
        (
            {"WAREHOUSE_ABSORB_UNTIL": "2024-03-01", "WAREHOUSE_PROCESS_UNTIL": "2024-03-02"},
            ["", "2024-03-02"],
            None,
        ),
        ({"WAREHOUSE_ABSORB_UNTIL": ""}, ["", "2024-03-05"], None),
    ],
)
def test_dbt_takes_dates_under_both_names(
    manifest: dict[str, Any], environment: dict[str, str], window: list[str], note: str | None
) -> None:
    found, warned, _ = said_by_dbt(manifest, "processing_window raw.manifest", environment)
    assert found == window
    assert [text.startswith(str(note)) for text in warned] == [True] * bool(note)


@pytest.mark.parametrize(("value", "notes"), [("manual", 0), ("apart", 1)])
def test_dbt_leaves_publishing_to_a_step_of_its_own(
    manifest: dict[str, Any], value: str, notes: int
) -> None:
    environment = {"WAREHOUSE_PUBLISH": value}
    _, warned, printed = said_by_dbt(manifest, "publish_when_complete", environment)
    assert len(warned) == notes
    assert printed[0].startswith("Not published, as WAREHOUSE_PUBLISH says: manual.")


def test_commands_give_what_they_start_the_new_names() -> None:
    environment = {
        "WAREHOUSE_ABSORB_UNTIL": "2024-03-02",
        "WAREHOUSE_ABSORB_FROM": "2024-03-01",
        "WAREHOUSE_PROCESS_FROM": "2024-02-01",
        "WAREHOUSE_PUBLISH": "apart",
    }
    lines = rename_former_settings(environment)
    assert environment == {
        "WAREHOUSE_PROCESS_UNTIL": "2024-03-02",
        "WAREHOUSE_PROCESS_FROM": "2024-02-01",
        "WAREHOUSE_PUBLISH": "manual",
    }
    assert len(lines) == 3
    assert lines[1].startswith(NOTE)
    assert rename_former_settings(environment) == []
