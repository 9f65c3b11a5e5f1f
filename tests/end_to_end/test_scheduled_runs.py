"""The DAGs on a real scheduler: they catch up, take turns, stand faults, publish nothing bad."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path

import pytest
import yaml

from orchestration.backfill import NEWEST_FIRST
from warehouse import lifecycle
from warehouse.maintenance import maintain as maintenance
from warehouse.maintenance.report import MaintenanceReport
from warehouse.services.airflow import service
from warehouse.services.airflow.configuration import airflow_environment
from warehouse.settings import Settings
from warehouse.sql.connection import connect

from . import faults
from .airflow_runs import DagRun, patiently, pause, runs_of, trigger, wait_until
from .conftest import Airflow, Run
from .dropped_files import HOURLY, hourly_run, wait_for_hourly_runs
from .table_snapshots import Query, assert_equal, snapshots, snapshots_at, tables
from .webhook import Webhook

# A day is complete at two o'clock.
TODAY = (datetime.now(UTC) - timedelta(hours=2)).date()
DAYS = [TODAY - timedelta(days=2), TODAY - timedelta(days=1)]
PLAN = {
    "start_date": date(2024, 1, 1),
    "days": 30,
    "users": 200,
    "products": 40,
    "events_per_day": 800,
    "seed": 5,
    "dirt": {"duplicate": 0.02, "late": 0.05, "malformed": 0.02},
}
MAINTENANCE = "warehouse_maintenance"
BACKFILL = "warehouse_backfill"
DROPPED = "rees46-turns.csv"
SEEN = "select count(*), sum(revenue_amount) from scheduled_marts.fct_events"
DAILY = "warehouse_daily"


@pytest.fixture(scope="module")
def webhook() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


@pytest.fixture(scope="module")
def scheduled(
    cluster: Settings, airflow: Airflow, webhook: str, tmp_path_factory: pytest.TempPathFactory
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
            "schedule_from": DAYS[0],
            "simulated_plan": str(plan),
            "drop_folder": {"rees46": drop},
            "notify_webhook": webhook,
        }
    )
    airflow.stop()
    lifecycle.up(settings)
    own = Airflow(settings, airflow_environment(settings))
    own.start()
    # What another test let Airflow know of the DAGs had other settings.
    wait_until(lambda: is_read_anew(own), 120, lambda: "the DAGs were not read anew")
    time.sleep(10)
    # Somebody reads the docs meanwhile.
    with socket.create_server(("127.0.0.1", settings.port("docs"))):
        yield own
    own.stop()


def is_read_anew(airflow: Airflow) -> bool:
    """Whether Airflow knows the DAGs as the settings of these tests make them."""
    tasks = patiently(lambda: airflow.rest("GET", f"/api/v2/dags/{DAILY}/tasks"))["tasks"]
    return "arrivals.land_rees46" in {task["task_id"] for task in tasks}


@pytest.fixture(scope="module")
def query(scheduled: Airflow) -> Query:
    def run(statement: str) -> list[tuple]:
        with connect(scheduled.settings) as connection:
            return connection.execute(statement).rows

    return run


@pytest.fixture(scope="module")
def built_tables(scheduled: Airflow) -> dict[str, str]:
    """The environment in which `snapshots` finds the manifest of the scheduled runs."""
    return {"DBT_TARGET_PATH": str(scheduled.settings.data_folder / "airflow" / "dbt")}


@pytest.fixture(scope="module")
def caught_up(scheduled: Airflow, warehouse: Run) -> list[DagRun]:
    """The runs of the days that were missed, one with restarts beneath it, one without a server."""
    pause(scheduled, DAILY, is_paused=False)
    wait_until(lambda: len(runs_of(scheduled, DAILY)) >= 1, 120, lambda: "no run began")
    first = runs_of(scheduled, DAILY)[0]
    faults.while_it_builds(first, "warehouse.stg_shop__events.run")
    faults.stop_datanode(scheduled, warehouse)
    warehouse("restart", "metastore")
    first.succeed()
    wait_until(lambda: len(runs_of(scheduled, DAILY)) == len(DAYS), 60, first.explain)
    second = runs_of(scheduled, DAILY)[1]
    faults.while_it_builds(second, "warehouse.stg_shop__events.run")
    faults.kill_thrift_server(scheduled)
    second.succeed()
    # Not one more, should it be two o'clock by now.
    pause(scheduled, DAILY, is_paused=True)
    return [first, second]


def test_daily__catches_up_each_day_once_in_order(caught_up: list[DagRun], query: Query) -> None:
    told = [run.told() for run in caught_up]
    assert [run["logical_date"][:10] for run in told] == [str(day) for day in DAYS]
    assert told[0]["end_date"] <= told[1]["start_date"], "one after the other"
    batches = query(
        "select publication_id, snapshot_id from scheduled_quality.publications "
        "where mart = 'as_of_dates' order by published_at"
    )
    assert len(batches) == len(DAYS), "each was published once"
    for day, (_, snapshot) in zip(DAYS, batches, strict=True):
        # What readers saw after each run was as of its own day.
        [(as_of,)] = query(
            f"select as_of_date from scheduled_marts_candidate.as_of_dates version as of {snapshot}"
            " where source_system = 'shop'"
        )
        assert str(as_of) == str(day)
    landed = query(
        "select landed_date, table_name, count(*) from scheduled_raw.manifest "
        "where source_system = 'shop' group by all having count(*) > 1"
    )
    assert not landed, "nothing was landed twice"


def test_daily__a_killed_thrift_server_needs_no_hand(
    scheduled: Airflow, caught_up: list[DagRun]
) -> None:
    assert caught_up[1].tasks()["build"]["try_number"] == 2
    assert service.is_healthy(scheduled.settings)


def test_daily__every_node_has_a_task(scheduled: Airflow, caught_up: list[DagRun]) -> None:
    for run in caught_up:
        states = run.states()
        assert set(states.values()) == {"success"}
        assert sum(task_id.startswith("warehouse.") for task_id in states) > 100
    # Else it would load the DAG for the end of each of them.
    processor = scheduled.settings.data_folder / "logs" / "airflow-dag-processor.log"
    assert "not a failure callback" not in processor.read_text()


def test_daily__numbers_are_proven_and_the_docs_are_there(
    scheduled: Airflow, caught_up: list[DagRun], query: Query
) -> None:
    compared = query(
        "select count(*), sum(value_count), sum(difference_count) "
        "from scheduled_quality.ledger_reconciliation"
    )
    assert compared[0][0] == 16 and compared[0][1] > 0 and compared[0][2] == 0
    docs = scheduled.settings.data_folder / "docs"
    assert (docs / "index.html").exists() and (docs / "lineage" / "index.html").exists()
    nodes = json.loads((docs / "manifest.json").read_text())["nodes"]
    assert nodes["model.ecommerce_warehouse.fct_events"]["compiled_code"]


def test_late_runs_are_told(caught_up: list[DagRun]) -> None:
    late = [message for message in Webhook.messages if message["kind"] == "late"]
    assert {message["dag_id"] for message in late} >= {DAILY}, "a missed day is a late one"


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


def maintained_as_of(moment: datetime, scheduled: Airflow) -> MaintenanceReport:
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
        newer: the first slice of a backfill of the days that are built, which has its turn.
        older: the second slice.
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
    scheduled: Airflow, maintained: datetime, query: Query, built_tables: dict[str, str]
) -> Turns:
    before = snapshots(query, built_tables)
    for dag_id in (HOURLY, BACKFILL, DAILY):
        pause(scheduled, dag_id, is_paused=False)
    wait_until(lambda: runs_of(scheduled, HOURLY), 60, lambda: "no hourly run began")
    wait_for_hourly_runs(scheduled)
    first, last = map(str, DAYS)
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
            assert waiting.state("build") is None, "another DAG has its turn"
        assert turns.newer.told()["state"] != "failed", turns.newer.explain()
        time.sleep(1)
    turns.daily.call_off()
    pause(scheduled, DAILY, is_paused=True)


def test_backfill__goes_on_by_itself_and_changes_nothing(
    scheduled: Airflow, turns: Turns, query: Query, built_tables: dict[str, str]
) -> None:
    """Neither the maintenance before it nor what came meanwhile makes it build a day anew."""
    ended = turns.newer.succeed().told()["end_date"]
    assert snapshots_at(ended, turns.before, query) == turns.before
    wait_until(lambda: len(runs_of(scheduled, BACKFILL)) == 2, 60, turns.newer.explain)
    states = turns.older.succeed().states()
    assert states["next_slice"] == "skipped", "it was the last"
    begun = turns.older.tasks()["build"]["start_date"]
    # What only daily runs build comes after what an hourly one has built since.
    hourly = tables(built_tables, tag="hourly")
    ended = turns.older.told()["end_date"]
    assert snapshots_at(ended, hourly, query) == snapshots_at(begun, hourly, query)
    dates = "select distinct order_date from scheduled_marts.fct_orders order by all"
    assert {str(day) for (day,) in query(dates)} >= set(map(str, DAYS))


def test_hourly__readers_see_what_was_dropped(turns: Turns, query: Query) -> None:
    turns.hourly.succeed()
    for task_id, told in (("fct_events.run", "success after"), ("fct_events.test", "pass after")):
        log = turns.hourly.log(f"warehouse.{task_id}")
        assert told in log, log
    [(facts,)] = query(
        "select count(*) from scheduled_marts.fct_events as facts "
        "inner join scheduled_staging.stg_landing__files as files using (file_id) "
        f"where files.file_name = '{DROPPED}'"
    )
    assert facts > 0


def test_a_failed_data_test_keeps_readers_from_it_and_is_told(
    scheduled: Airflow, turns: Turns, query: Query
) -> None:
    seen = "select count(*), max(published_at) from scheduled_quality.publications"
    before = query(seen)
    readers = query("select count(*) from scheduled_marts.fct_sessions")
    # On a date that the next file does not touch.
    faults.write_a_row_twice(
        query,
        "scheduled_marts_candidate.fct_sessions",
        "source_system = 'rees46' and session_date = date'2019-10-01'",
    )
    bad = hourly_run(scheduled, "rees46-bad.csv", "2019-10-03").wait()
    assert bad.told()["state"] == "failed"
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
        lambda: f"not told: {Webhook.messages}",
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
