"""What the DAGs have in common: defaults, the arrival of files, the build and what follows it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.sdk import Asset, TaskGroup
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

from orchestration.notifications import run_failed, run_is_late
from orchestration.sensors.exclusive_run import GROUP, WaitForExclusiveRun
from orchestration.tasks import build, publish
from orchestration.watcher.task_group import render_graph
from warehouse.dbt.manifest import read_dbt_manifest
from warehouse.settings import Settings

# The date whose logs a run processes; one that was asked for without a date takes today's.
RUN_DATE = "{{ (dag_run.logical_date or dag_run.run_after).strftime('%Y-%m-%d') }}"
# Without a first date, only the newest one is run; then any date in the past will do.
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def common_arguments(settings: Settings) -> dict[str, Any]:
    """Arguments of every DAG: one run at a time, retries of what is transient, notifications."""
    first = settings.schedule_from
    return {
        "start_date": datetime(first.year, first.month, first.day, tzinfo=UTC)
        if first
        else LONG_AGO,
        "max_active_runs": 1,
        "default_args": {
            "owner": "warehouse",
            "retries": 2,
            "retry_delay": timedelta(seconds=20),
            "retry_exponential_backoff": True,
            "max_retry_delay": timedelta(minutes=10),
        },
        "on_failure_callback": run_failed,
        "tags": ["warehouse"],
    }


def alert_when_late(interval: timedelta, limit: timedelta, limit_text: str) -> DeadlineAlert:
    """Notifies of a run that has not ended in time, also of one that is caught up later.

    Airflow 3.3 cannot clear a run with a deadline that counts from its queueing
    (apache/airflow#70368). The logical date is the start of the run's interval of time.

    Args:
        interval: from one run to the next.
        limit: time after the end of the interval.
        limit_text: the same in words.
    """
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=interval + limit,
        callback=AsyncCallback(run_is_late, kwargs={"limit": limit_text}),
    )


def mart_assets(settings: Settings, tag: str = "") -> list[Asset]:
    """The marts as assets, all or those with a dbt tag: other DAGs can be scheduled on them.

    Those that only feed others are not shown to readers, and are none.
    """
    return [
        Asset(f"{settings.schema_name('marts')}.{node['name']}")
        for node in read_dbt_manifest(settings)["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"].endswith("marts_candidate")
        and not node["config"]["meta"].get("supporting")
        and (not tag or tag in node["tags"])
    ]


def arrivals(*steps: Any) -> TaskGroup:
    """The tasks before a run is exclusive: what makes files arrive, side by side, then the wait.

    Args:
        steps: called within the group; each makes a task or a chain of tasks.
    """
    with TaskGroup(GROUP) as group:
        exclusive = WaitForExclusiveRun(retries=0)
        for step in steps:
            step() >> exclusive
    return group


def build_and_publish(
    settings: Settings, window: dict[str, str], select: Sequence[str] = (), tag: str = ""
) -> tuple[Any, Any]:
    """The build, the tasks of its nodes, and the publication after all of them.

    Args:
        window: the landed dates to process, as variables of the environment; templated.
        select: dbt's selectors; everything where absent.
        tag: publish only the marts with this tag.

    Returns:
        The task that builds, and the one that publishes.
    """
    building = build(list(select), window)
    graph = render_graph(settings, window, select)
    publishing = publish.override(outlets=mart_assets(settings, tag))(tag)
    building >> graph
    [building, graph] >> publishing
    return building, publishing
