"""Starts runs of DAGs through Airflow's REST API, and follows them."""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import pytest

from warehouse.errors import ServiceUnavailable

from .instance import Airflow

DAILY = "warehouse_daily"
FINAL = ("success", "failed")


@dataclass(frozen=True)
class DagRun:
    """One run of a DAG."""

    airflow: Airflow
    dag_id: str
    run_id: str

    @property
    def _path(self) -> str:
        return f"/api/v2/dags/{self.dag_id}/dagRuns/{quote(self.run_id, safe='')}"

    def details(self) -> dict[str, Any]:
        """What the API says of it."""
        return patiently(lambda: self.airflow.rest("GET", self._path))

    def tasks(self) -> dict[str, dict[str, Any]]:
        """What the API says of its tasks, by task id."""
        found: list[dict[str, Any]] = []
        while True:
            page = f"{self._path}/taskInstances?limit=100&order_by=id&offset={len(found)}"
            answer = patiently(lambda page=page: self.airflow.rest("GET", page))
            found += answer["task_instances"]
            if len(found) >= answer["total_entries"]:
                return {task["task_id"]: task for task in found}

    def state(self, task_id: str) -> str | None:
        """The state of one task."""
        path = f"{self._path}/taskInstances/{quote(task_id)}"
        return patiently(lambda: self.airflow.rest("GET", path))["state"]

    def states(self) -> dict[str, str | None]:
        """The state of each task."""
        return {task_id: task["state"] for task_id, task in self.tasks().items()}

    def log(self, task_id: str, attempt: int = 1) -> str:
        """What a task said."""
        path = f"{self._path}/taskInstances/{quote(task_id)}/logs/{attempt}?full_content=true"
        return str(patiently(lambda: self.airflow.rest("GET", path)))

    def wait(self, seconds: float = 1800) -> "DagRun":
        """Wait for its end."""
        wait_until(lambda: self.details()["state"] in FINAL, seconds, self.explain)
        return self

    def succeed(self, seconds: float = 1800) -> "DagRun":
        """Wait for its end, which must be a good one."""
        assert self.wait(seconds).details()["state"] == "success", self.explain()
        return self

    def wait_for_task(self, task_id: str, *states: str, seconds: float = 900) -> None:
        """Wait until a task is in one of these states."""
        wait_until(lambda: self.state(task_id) in states, seconds, self.explain)

    def clear(self, *task_ids: str, downstream: bool = False) -> "DagRun":
        """Clear tasks, or all of them, to run again."""
        body: dict[str, Any] = {
            "dag_run_id": self.run_id,
            "dry_run": False,
            "only_failed": False,
            "reset_dag_runs": True,
        }
        if task_ids:
            body |= {"task_ids": list(task_ids), "include_downstream": downstream}
        self.airflow.rest("POST", f"/api/v2/dags/{self.dag_id}/clearTaskInstances", body)
        return self

    def call_off(self) -> None:
        """End it, as somebody does who does not want it any more."""
        self.airflow.rest("PATCH", self._path, {"state": "failed"})

    def explain(self) -> str:
        """Its state and that of its tasks, for a message."""
        states: dict[str, list[str]] = {}
        for task_id, state in self.states().items():
            states.setdefault(str(state), []).append(task_id)
        few = {state: names[:12] for state, names in states.items()}
        return f"{self.dag_id} {self.run_id} is {self.details()['state']}: {few}"


def trigger(airflow: Airflow, dag_id: str, **conf: Any) -> DagRun:
    """Ask for a run by hand."""
    run_id = f"test_{uuid.uuid4().hex[:8]}"
    body = {"dag_run_id": run_id, "logical_date": datetime.now(UTC).isoformat(), "conf": conf}
    airflow.rest("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)
    return DagRun(airflow, dag_id, run_id)


def runs_of(airflow: Airflow, dag_id: str) -> list[DagRun]:
    """Every run of a DAG, oldest first."""
    answer = patiently(
        lambda: airflow.rest("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=start_date&limit=100")
    )
    return [DagRun(airflow, dag_id, run["dag_run_id"]) for run in answer["dag_runs"]]


def pause(airflow: Airflow, dag_id: str, is_paused: bool) -> None:
    """Pause a DAG, or let it run."""
    airflow.rest("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": is_paused})


def patiently(ask: Callable[[], Any], seconds: float = 60) -> Any:
    """The answer of an API server that may be restarting, or whose database is."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (ServiceUnavailable, OSError) as error:
            is_mistake = isinstance(error, HTTPError) and error.code < 500
            if is_mistake or time.monotonic() > deadline:
                raise
            time.sleep(1)


def wait_until(condition: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    """Wait for something; fail with an explanation when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s: {explain()}")
        time.sleep(1)
