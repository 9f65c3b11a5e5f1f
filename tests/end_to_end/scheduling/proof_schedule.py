"""The DAGs on a real scheduler: they catch up, one at a time, stand faults, publish nothing bad."""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.backfill import NEWEST_FIRST
from warehouse.maintenance import maintain as maintenance
from warehouse.maintenance.summary import MaintenanceSummary
from warehouse.services.airflow import service

from ..conftest import Run
from ..faults import write_a_row_twice
from ..table_snapshots import Query, assert_equal, snapshots, snapshots_at, tables
from . import faults
from .conftest import YESTERDAY
from .daily_runs import (
    assert_each_day_once_in_order,
    assert_every_node_has_a_task,
    assert_proven_with_docs,
)
from .dropped_files import HOURLY, hourly_run, wait_for_hourly_runs
from .instance import Airflow
from .runs import DAILY, DagRun, pause, runs_of, trigger, wait_until
from .webhook import Webhook

MAINTENANCE = "warehouse_maintenance"
BACKFILL = "warehouse_backfill"
DROPPED = "rees46-turns.csv"
SEEN = "select count(*), sum(revenue_amount) from scheduled_marts.fct_events"


@pytest.fixture(scope="package")
def days() -> list[date]:
    return [YESTERDAY - timedelta(days=1), YESTERDAY]


@pytest.fixture(scope="module")
def caught_up(scheduled: Airflow, days: list[date], warehouse: Run) -> list[DagRun]:
    """The runs of the days that were missed, one with restarts beneath it, one without a server."""
    pause(scheduled, DAILY, is_paused=False)
    wait_until(lambda: len(runs_of(scheduled, DAILY)) >= 1, 120, lambda: "no run began")
    first = runs_of(scheduled, DAILY)[0]
    faults.while_it_builds(first, "warehouse.stg_shop__events.run")
    faults.stop_datanode(scheduled, warehouse)
    warehouse("restart", "metastore")
    first.succeed()
    wait_until(lambda: len(runs_of(scheduled, DAILY)) == len(days), 60, first.explain)
    second = runs_of(scheduled, DAILY)[1]
    faults.while_it_builds(second, "warehouse.stg_shop__events.run")
    faults.kill_thrift_server(scheduled)
    second.succeed()
    # Not one more, should it be two o'clock by now.
    pause(scheduled, DAILY, is_paused=True)
    return [first, second]


def test_daily__catches_up_each_day_once_in_order(
    caught_up: list[DagRun], days: list[date], query: Query
) -> None:
    assert_each_day_once_in_order(caught_up, days, query)


def test_daily__a_killed_thrift_server_needs_no_hand(
    scheduled: Airflow, caught_up: list[DagRun]
) -> None:
    assert caught_up[1].tasks()["build"]["try_number"] == 2
    assert service.is_healthy(scheduled.settings)


def test_daily__every_node_has_a_task(scheduled: Airflow, caught_up: list[DagRun]) -> None:
    assert_every_node_has_a_task(scheduled, caught_up)


def test_daily__numbers_are_proven_and_the_docs_are_there(
    scheduled: Airflow, caught_up: list[DagRun], query: Query
) -> None:
    assert_proven_with_docs(scheduled, query)


def test_a_node_alone_again_changes_nothing(
    scheduled: Airflow, caught_up: list[DagRun], query: Query, built_tables: dict[str, str]
) -> None:
    before = snapshots(query, built_tables)
    pause(scheduled, DAILY, is_paused=False)
    # It runs in a worker, and its tests after it.
    caught_up[1].clear("warehouse.fct_sessions.run", "warehouse.fct_sessions.test").succeed()
    assert "Finished running" in caught_up[1].log("warehouse.fct_sessions.run", 2)
    pause(scheduled, DAILY, is_paused=True)
    assert snapshots(query, built_tables) == before


@pytest.fixture(scope="module")
def maintained(scheduled: Airflow, caught_up: list[DagRun], query: Query) -> datetime:
    """Until when snapshots are gone; what has three files is compacted, as if days had passed."""
    before, now = query(SEEN), datetime.now(UTC)
    report = maintained_as_of(now, scheduled)
    assert report.total("snapshots_expired") > 30
    assert report.total("files_after") < report.total("files_before")
    assert query(SEEN) == before, "what readers need is kept"
    return now


def maintained_as_of(moment: datetime, scheduled: Airflow) -> MaintenanceSummary:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(maintenance, "SEVERAL", 3)
        return maintenance.maintain(scheduled.settings, print, older_than=moment)


def test_maintenance__leaves_nothing_to_do(scheduled: Airflow, maintained: datetime) -> None:
    again = maintained_as_of(maintained, scheduled)
    assert [table for table in again.tables if table.is_changed] == []
    assert again.completed == 0
    pause(scheduled, MAINTENANCE, is_paused=False)
    run = trigger(scheduled, MAINTENANCE).succeed()
    assert ", 0 snapshots expired, 0 bytes saved" in run.log("maintain")


def test_maintenance__removes_only_old_files_that_no_snapshot_knows(
    scheduled: Airflow, maintained: datetime, query: Query
) -> None:
    [(file,)] = query("select max(file_path) from scheduled_marts_candidate.fct_sessions.files")
    hdfs, folder = faults.leave_orphans(scheduled, beside=file)
    report = maintained_as_of(maintained, scheduled)
    assert report.total("orphans_removed") == 1
    assert report.total("bytes_saved") == len(faults.ORPHAN)
    left = {Path(file.path).name for file in hdfs.list_status(folder)}
    assert "old.parquet" not in left and "new.parquet" in left


@dataclass
class Turns:
    """Runs that want to write at once.

    Attributes:
        newer: the first batch of a backfill of the days that are built, which is exclusive.
        older: the second batch.
        daily: a run that was asked for by hand meanwhile, and is called off.
        hourly: the same, with a file that was dropped.
        before: every table's snapshot before them.
    """

    newer: DagRun
    older: DagRun
    daily: DagRun
    hourly: DagRun
    before: dict[str, int]


@pytest.fixture(scope="module")
def turns(
    scheduled: Airflow,
    maintained: datetime,
    days: list[date],
    query: Query,
    built_tables: dict[str, str],
) -> Turns:
    before = snapshots(query, built_tables)
    for dag_id in (HOURLY, BACKFILL, DAILY):
        pause(scheduled, dag_id, is_paused=False)
    wait_until(lambda: runs_of(scheduled, HOURLY), 60, lambda: "no hourly run began")
    wait_for_hourly_runs(scheduled)
    first, last = map(str, days)
    asked = {"first_date": first, "last_date": last, "days_per_slice": 1, "order": NEWEST_FIRST}
    newer = trigger(scheduled, BACKFILL, **asked)
    newer.wait_for_task("build", "running")
    older = DagRun(scheduled, BACKFILL, f"{first}_to_{first}_1_slices_left_newest_first")
    daily = trigger(scheduled, DAILY)
    hourly = hourly_run(scheduled, DROPPED, "2019-10-01")
    return Turns(newer, older, daily, hourly, before)


def test_runs_wait_for_each_other(scheduled: Airflow, turns: Turns) -> None:
    for waiting in (turns.daily, turns.hourly):
        waiting.wait_for_task("arrivals.take_turn", "deferred")
    while turns.newer.state("publish") not in ("running", "success"):
        for waiting in (turns.daily, turns.hourly):
            assert waiting.state("build") is None, "another DAG is exclusive"
        assert turns.newer.details()["state"] != "failed", turns.newer.explain()
        time.sleep(1)
    turns.daily.call_off()
    pause(scheduled, DAILY, is_paused=True)


def test_backfill__goes_on_by_itself_and_changes_nothing(
    scheduled: Airflow,
    turns: Turns,
    days: list[date],
    query: Query,
    built_tables: dict[str, str],
) -> None:
    """Neither the maintenance before it nor what came meanwhile makes it build a day again."""
    ended = turns.newer.succeed().details()["end_date"]
    assert snapshots_at(ended, turns.before, query) == turns.before
    wait_until(lambda: len(runs_of(scheduled, BACKFILL)) == 2, 60, turns.newer.explain)
    states = turns.older.succeed().states()
    assert states["next_slice"] == "skipped", "it was the last"
    begun = turns.older.tasks()["build"]["start_date"]
    # What only daily runs build comes after what an hourly one has built since.
    hourly = tables(built_tables, tag="hourly")
    ended = turns.older.details()["end_date"]
    assert snapshots_at(ended, hourly, query) == snapshots_at(begun, hourly, query)
    dates = "select distinct order_date from scheduled_marts.fct_orders order by all"
    assert {str(day) for (day,) in query(dates)} >= set(map(str, days))


def test_hourly__readers_see_what_was_dropped(turns: Turns, query: Query) -> None:
    turns.hourly.succeed()
    for task_id, outcome in (
        ("fct_events.run", "success after"),
        ("fct_events.test", "pass after"),
    ):
        log = turns.hourly.log(f"warehouse.{task_id}")
        assert outcome in log, log
    [(facts,)] = query(
        "select count(*) from scheduled_marts.fct_events as facts "
        "inner join scheduled_staging.stg_landing__files as files using (file_id) "
        f"where files.file_name = '{DROPPED}'"
    )
    assert facts > 0


def test_a_failed_data_test_keeps_readers_from_it_and_is_notified(
    scheduled: Airflow, turns: Turns, query: Query
) -> None:
    seen = "select count(*), max(published_at) from scheduled_quality.publications"
    before = query(seen)
    readers = query("select count(*) from scheduled_marts.fct_sessions")
    # On a date that the next file does not touch.
    write_a_row_twice(
        query,
        "scheduled_marts_candidate.fct_sessions",
        "source_system = 'rees46' and session_date = date'2019-10-01'",
    )
    bad = hourly_run(scheduled, "rees46-bad.csv", "2019-10-03").wait()
    assert bad.details()["state"] == "failed"
    states = bad.states()
    assert states["warehouse.fct_sessions.test"] == "failed"
    assert states["publish"] == "upstream_failed"
    assert bad.tasks()["build"]["try_number"] == 1, "a failed data test is not tried again"
    assert query(seen) == before
    assert query("select count(*) from scheduled_marts.fct_sessions") == readers
    wait_until(
        lambda: any(
            message["kind"] == "failed" and message["run_id"] == bad.run_id
            for message in Webhook.messages
        ),
        60,
        lambda: f"not notified: {Webhook.messages}",
    )


@pytest.fixture(scope="module")
def repaired(scheduled: Airflow, turns: Turns, warehouse: Run) -> DagRun:
    """A good run, with a file that touches what was wrong, though much goes wrong beneath it."""
    run = hourly_run(scheduled, "rees46-good.csv", "2019-10-01", 30, 60)
    faults.while_it_builds(run, "warehouse.stg_rees46__events.run")
    faults.kill_scheduler(scheduled)
    time.sleep(5)
    warehouse("restart", "postgresql")
    return run.succeed()


def test_hourly__a_killed_scheduler_and_a_restarted_database_need_no_hand(
    scheduled: Airflow, repaired: DagRun
) -> None:
    assert repaired.tasks()["build"]["try_number"] >= 2
    wait_until(lambda: service.is_healthy(scheduled.settings), 60, lambda: "not healthy")


def test_the_next_good_run_repairs_what_failed(repaired: DagRun, query: Query) -> None:
    keys = "count(*), count(distinct source_system, session_id)"
    [(rows, sessions)] = query(f"select {keys} from scheduled_marts.fct_sessions")
    assert rows == sessions
    [(snapshot,)] = query(
        "select max_by(snapshot_id, published_at) from scheduled_quality.publications "
        "where mart = 'fct_sessions'"
    )
    assert query(
        f"select count(*) from scheduled_marts_candidate.fct_sessions version as of {snapshot}"
    ) == [(rows,)], "readers see it"


def test_after_all_faults_the_tables_are_those_of_a_rebuild(
    scheduled: Airflow,
    repaired: DagRun,
    dbt: Run,
    query: Query,
    built_tables: dict[str, str],
) -> None:
    environment = scheduled.environment
    before = snapshots(query, built_tables)
    own = {name: value for name, value in environment.items() if name.startswith("WAREHOUSE_")}
    # What only the daily run builds is older than what the hourly ones have built since.
    dbt("run", "--select", "tag:hourly", "--full-refresh", **own)
    after = snapshots(query, built_tables)
    hourly = {table: snapshot for table, snapshot in before.items() if after[table] != snapshot}
    assert len(hourly) > 10
    assert_equal(query, hourly, "disturbed against rebuilt")
