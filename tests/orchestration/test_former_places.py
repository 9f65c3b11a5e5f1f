"""Runs that wait since before the triggers moved go on: Airflow finds a trigger by its path."""

from importlib import import_module
from typing import Any

import pytest

from orchestration.sensors.exclusive_run import ExclusiveRunTrigger
from orchestration.sensors.file_arrival import FileArrivalTrigger
from orchestration.watcher.consumer import NodeTrigger

WAIT = {"day": "2024-03-01", "patience_seconds": 60.0}


@pytest.mark.parametrize(
    ("path", "arguments", "trigger"),
    [
        ("orchestration.followers.NodeTrigger", {"key": "k", "parents": []}, NodeTrigger),
        ("orchestration.turns.TurnTrigger", {"dag_id": "d"}, ExclusiveRunTrigger),
        ("orchestration.waiting.ArrivalsTrigger", WAIT, FileArrivalTrigger),
        ("orchestration.watcher.consumer.NodeTrigger", {"key": "k", "parents": []}, NodeTrigger),
        ("orchestration.sensors.exclusive_run.TurnTrigger", {"dag_id": "d"}, ExclusiveRunTrigger),
        ("orchestration.sensors.file_arrival.ArrivalsTrigger", WAIT, FileArrivalTrigger),
    ],
)
def test_a_trigger_is_found_in_its_former_place(
    path: str, arguments: dict[str, Any], trigger: type
) -> None:
    module, _, name = path.rpartition(".")
    found = getattr(import_module(module), name)(**arguments)
    assert isinstance(found, trigger)
    # It goes on under today's name.
    now, now_arguments = found.serialize()
    assert now == f"{trigger.__module__}.{trigger.__qualname__}"
    assert trigger(**now_arguments).serialize() == (now, now_arguments)
