"""An Airflow on the cluster of the tests, and one with a simulated shop."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from http.server import HTTPServer
from urllib.error import HTTPError

import pytest
import yaml

from warehouse import lifecycle
from warehouse.services.airflow.components import orphan_processes
from warehouse.services.airflow.configuration import airflow_environment
from warehouse.settings import Settings
from warehouse.sql.connection import connect

from ..table_snapshots import Query
from .instance import Airflow, paused_at_creation
from .runs import DAILY, patiently, wait_until
from .webhook import Webhook

# A day is complete at two o'clock.
YESTERDAY = (datetime.now(UTC) - timedelta(hours=2)).date() - timedelta(days=1)
PLAN = {
    "start_date": date(2024, 1, 1),
    "days": 30,
    "users": 200,
    "products": 40,
    "events_per_day": 800,
    "seed": 5,
    "dirt": {"duplicate": 0.02, "late": 0.05, "malformed": 0.02},
}


@pytest.fixture(scope="session")
def airflow(cluster: Settings) -> Iterator[Airflow]:
    """A started Airflow. A DAG is paused until a test lets it run."""
    with paused_at_creation():
        started = Airflow(cluster, airflow_environment(cluster))
    try:
        started.start()
        yield started
    finally:
        started.stop()
        assert not orphan_processes(cluster), "down leaves no process behind"


@pytest.fixture(scope="package")
def days() -> list[date]:
    """The days that the daily runs missed; a module may have others, where it is alone."""
    return [YESTERDAY]


@pytest.fixture(scope="package")
def webhook() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="package")
def scheduled(
    cluster: Settings,
    webhook: str,
    days: list[date],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Airflow]:
    """An Airflow with a simulated shop and a drop folder, on schemas of its own."""
    folder = tmp_path_factory.mktemp("scheduled")
    plan = folder / "small.yml"
    plan.write_text(yaml.safe_dump(PLAN))
    drop = folder / "drop"
    drop.mkdir()
    settings = cluster.model_copy(
        update={
            "schema_prefix": "scheduled_",
            "raw_folder": "/scheduled/raw",
            "schedule_from": days[0],
            "simulated_plan": str(plan),
            "drop_folder": {"rees46": drop},
            "notify_webhook": webhook,
        }
    )
    lifecycle.airflow_down(settings)
    lifecycle.up(settings)
    own = Airflow(settings, airflow_environment(settings))
    own.start()
    # What another test let Airflow know of the DAGs had other settings.
    wait_until(lambda: knows_these_dags(own), 120, lambda: "the DAGs were not read again")
    time.sleep(10)
    # Somebody reads the docs meanwhile.
    with socket.create_server(("127.0.0.1", settings.port("docs"))):
        yield own
    own.stop()
    assert not orphan_processes(cluster), "down leaves no process behind"


def knows_these_dags(airflow: Airflow) -> bool:
    """Whether Airflow knows the DAGs as the settings of these tests make them."""
    try:
        found = patiently(lambda: airflow.rest("GET", f"/api/v2/dags/{DAILY}/tasks"))
    except HTTPError as error:
        if error.code != HTTPStatus.NOT_FOUND:
            raise
        # Airflow is healthy before it has read a DAG for the first time.
        return False
    return "arrivals.land_rees46" in {task["task_id"] for task in found["tasks"]}


@pytest.fixture(scope="package")
def query(scheduled: Airflow) -> Query:
    def run(statement: str) -> list[tuple]:
        with connect(scheduled.settings) as connection:
            return connection.execute(statement).rows

    return run


@pytest.fixture(scope="package")
def built_tables(scheduled: Airflow) -> dict[str, str]:
    """The environment in which `snapshots` finds the manifest of the scheduled runs."""
    return {"DBT_TARGET_PATH": str(scheduled.settings.data_folder / "airflow" / "dbt")}
