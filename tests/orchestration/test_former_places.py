"""Runs that wait since before the triggers moved go on: Airflow finds a trigger by its path."""

from importlib import import_module

import pytest

from orchestration.sensors.exclusive_run import TurnTrigger
from orchestration.sensors.file_arrival import ArrivalsTrigger
from orchestration.watcher.consumer import NodeTrigger


@pytest.mark.parametrize(
    ("module", "trigger"),
    [
        ("orchestration.followers", NodeTrigger),
        ("orchestration.turns", TurnTrigger),
        ("orchestration.waiting", ArrivalsTrigger),
    ],
)
def test_a_trigger_is_found_in_its_former_place(module: str, trigger: type) -> None:
    assert getattr(import_module(module), trigger.__qualname__) is trigger
