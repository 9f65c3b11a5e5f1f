"""A daily run on a real scheduler, for a day that was missed, with a fault beneath it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from warehouse.services.airflow import service

from ..table_snapshots import Query
from . import faults
from .daily_runs import (
    assert_each_day_once_in_order,
    assert_every_node_has_a_task,
    assert_proven_with_docs,
)
from .instance import Airflow
from .runs import DAILY, DagRun, pause, runs_of, wait_until
from .webhook import Webhook


@pytest.fixture(scope="module")
def caught_up(scheduled: Airflow) -> DagRun:
    """The run, beneath which the Thrift Server was killed."""
    # Whatever the tests before did to it.
    scheduled.start()
    pause(scheduled, DAILY, is_paused=False)
    wait_until(lambda: len(runs_of(scheduled, DAILY)) >= 1, 120, lambda: "no run began")
    [run] = runs_of(scheduled, DAILY)
    faults.while_it_builds(run, "warehouse.stg_shop__events.run")
    faults.kill_thrift_server(scheduled)
    run.succeed()
    # Not one more, should it be two o'clock by now.
    pause(scheduled, DAILY, is_paused=True)
    return run


def test_the_day_is_landed_and_published_once(
    caught_up: DagRun, days: list[date], query: Query
) -> None:
    assert_each_day_once_in_order([caught_up], days, query)


def test_a_killed_thrift_server_needs_no_hand(scheduled: Airflow, caught_up: DagRun) -> None:
    assert caught_up.tasks()["build"]["try_number"] == 2
    assert service.is_healthy(scheduled.settings)


def test_every_node_has_a_task(scheduled: Airflow, caught_up: DagRun) -> None:
    assert_every_node_has_a_task(scheduled, [caught_up])


def test_numbers_are_proven_and_the_docs_are_there(
    scheduled: Airflow, caught_up: DagRun, query: Query
) -> None:
    assert_proven_with_docs(scheduled, query)


def test_a_run_that_ends_too_late_is_notified(caught_up: DagRun, days: list[date]) -> None:
    """Also one that was missed; but none within the four hours after its day is complete."""
    [day] = days
    late_from = datetime.combine(day, time(hour=2), UTC) + timedelta(days=1, hours=4)

    def notified() -> set[str]:
        return {message["dag_id"] for message in Webhook.messages if message["kind"] == "late"}

    if datetime.fromisoformat(caught_up.details()["end_date"]) < late_from:
        assert DAILY not in notified()
    else:
        wait_until(lambda: DAILY in notified(), 60, lambda: f"not late: {Webhook.messages}")
