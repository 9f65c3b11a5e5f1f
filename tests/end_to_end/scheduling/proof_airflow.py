"""The Airflow that the project starts itself: whatever is killed beneath it or of it."""

import os
import signal

import pytest

from warehouse.services import postgresql
from warehouse.services.airflow import database, service
from warehouse.services.airflow.components import orphan_processes
from warehouse.services.airflow.configuration import DATABASE
from warehouse.services.machine import processes

from ..conftest import Run
from .components import COMPONENT_NAMES, assert_started_again, wait_for
from .instance import Airflow


@pytest.fixture(autouse=True)
def started(airflow: Airflow) -> None:
    """Each test begins with all of it healthy, whatever the one before did."""
    airflow.start()


@pytest.mark.parametrize("component", [name for name in COMPONENT_NAMES if name != "scheduler"])
def test_a_killed_component__is_started_again(airflow: Airflow, component: str) -> None:
    assert_started_again(airflow.settings, component)


def test_postgresql__may_be_restarted_beneath(airflow: Airflow, warehouse: Run) -> None:
    settings = airflow.settings
    supervisor = processes.find(settings, "airflow")
    warehouse("restart", "postgresql")
    assert processes.find(settings, "airflow") == supervisor
    wait_for(lambda: service.is_healthy(settings))


def test_a_killed_supervisor__is_told_and_its_components_replaced(
    airflow: Airflow, warehouse: Run
) -> None:
    settings = airflow.settings
    before = orphan_processes(settings)
    os.kill(processes.find(settings, "airflow").pid, signal.SIGKILL)
    wait_for(lambda: processes.find(settings, "airflow") is None)
    assert warehouse("status", check=False).returncode == 3
    assert warehouse("airflow", "status", check=False).returncode == 3
    assert "airflow: not running" in warehouse("doctor", check=False).stdout
    # As when the migration of the first start was interrupted before its end.
    with postgresql.connect(settings) as connection:
        connection.execute(f"comment on database {DATABASE} is null")
    said = warehouse("airflow", "up").stdout
    assert "Making the tables" in said and "Airflow is up" in said
    assert database.is_current(settings)
    assert not set(before) & set(orphan_processes(settings))
