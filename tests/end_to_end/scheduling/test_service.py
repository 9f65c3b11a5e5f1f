"""The Airflow that the project starts itself, on the real cluster, under faults."""

import socket
import urllib.error
import urllib.request

import psutil
import pytest

from warehouse.services.airflow.components import orphan_processes
from warehouse.services.airflow.configuration import page, password, password_file
from warehouse.services.machine import processes

from ..conftest import Run, one_error_line
from .components import COMPONENT_NAMES, assert_started_again, component_pids
from .instance import Airflow

DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture(scope="package")
def airflow(scheduled: Airflow) -> Airflow:
    """The one whose DAGs are run afterwards: no second one is started."""
    return scheduled


@pytest.fixture(autouse=True)
def started(airflow: Airflow) -> None:
    """Each test begins with all of it healthy, whatever the one before did."""
    airflow.start()


def test_up__again_changes_nothing_and_tells_where_it_is(airflow: Airflow, warehouse: Run) -> None:
    before = component_pids(airflow.settings)
    said = warehouse("airflow", "up").stdout
    assert "running already" in said and component_pids(airflow.settings) == before
    assert sorted(before) == sorted(COMPONENT_NAMES)
    assert page(airflow.settings) in said and "admin" in said
    # Shown on a terminal only: what is not one may be kept.
    assert str(password_file(airflow.settings)) in said
    assert password(airflow.settings) not in said


def test_status_and_doctor__all_is_well(airflow: Airflow, warehouse: Run) -> None:
    said = warehouse("airflow", "status").stdout
    assert [line.split()[0] for line in said.splitlines()[1:]] == COMPONENT_NAMES
    assert said.count("healthy") == len(COMPONENT_NAMES)
    assert "airflow " in warehouse("status").stdout
    assert "airflow: every component is healthy" in warehouse("doctor").stdout
    assert "Starting the scheduler" in warehouse("logs", "airflow-scheduler").stdout


def test_the_page_is_there_and_its_data_need_the_password(airflow: Airflow) -> None:
    address = page(airflow.settings)
    with DIRECTLY.open(address, timeout=10) as answer:
        assert b"<html" in answer.read()
    for request in (
        urllib.request.Request(f"{address}/api/v2/dags"),
        urllib.request.Request(
            f"{address}/auth/token",
            data=b'{"username": "admin", "password": "admin"}',
            headers={"Content-Type": "application/json"},
        ),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            DIRECTLY.open(request, timeout=10)
        assert refused.value.code == 401
    assert airflow.rest("GET", "/api/v2/version")["version"]


def test_secrets__are_for_their_owner_only(airflow: Airflow) -> None:
    files = list(password_file(airflow.settings).parent.iterdir())
    assert len(files) >= 5
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_airflow__listens_on_one_port_of_the_loopback_address(airflow: Airflow) -> None:
    family = {process.pid for process in orphan_processes(airflow.settings)}
    family.add(processes.find(airflow.settings, "airflow").pid)
    listening = {
        tuple(connection.laddr)
        for connection in psutil.net_connections("inet")
        if connection.pid in family and connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", airflow.settings.port("airflow"))}


def test_a_killed_scheduler__is_started_again(airflow: Airflow) -> None:
    assert_started_again(airflow.settings, "scheduler")


def test_down__leaves_nothing_and_a_taken_port_is_named(airflow: Airflow, warehouse: Run) -> None:
    settings = airflow.settings
    # The file that remembers the process was lost.
    processes.forget(settings, "airflow")
    assert "Airflow is down." in warehouse("airflow", "down").stdout
    assert not orphan_processes(settings)
    assert not [
        p for p in processes.service_processes(settings) if "supervisor" in " ".join(p.cmdline())
    ]
    assert "was not running" in warehouse("airflow", "down").stdout
    # It was stopped on purpose, and the cluster runs.
    assert "off" in warehouse("status").stdout
    assert "not running, as asked" in warehouse("doctor").stdout
    port = settings.port("airflow")
    with socket.create_server(("127.0.0.1", port)):
        answer = warehouse("airflow", "up", check=False)
    assert answer.returncode == 1
    assert str(port) in one_error_line(answer) and not orphan_processes(settings)
