"""The components of the Airflow of the tests: which run, and what follows when one is killed."""

import os
import signal
import time
from collections.abc import Callable

import psutil

from warehouse.services.airflow import service
from warehouse.services.airflow.components import COMPONENTS, running
from warehouse.services.machine import processes
from warehouse.settings import Settings

COMPONENT_NAMES = [component.name for component in COMPONENTS]


def component_pids(settings: Settings) -> dict[str, int]:
    alive = running(processes.find(settings, "airflow"))
    return {name: process.pid for name, process in alive.items()}


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def assert_started_again(settings: Settings, component: str) -> None:
    """Kill a component: another takes its place, and nothing of it is left."""
    old = component_pids(settings)[component]
    children = psutil.Process(old).children(recursive=True)
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: component_pids(settings).get(component) not in (None, old))
    wait_for(lambda: service.is_healthy(settings))
    # The workers of the scheduler would wait for tasks of the dead one for ever.
    wait_for(lambda: not any(child.is_running() for child in children))
    assert component_pids(settings).keys() == set(COMPONENT_NAMES)
