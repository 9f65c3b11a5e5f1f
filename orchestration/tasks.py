"""What the tasks of the DAGs do in a worker."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from airflow.sdk import task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from orchestration.backfill import next_batch
from orchestration.notifications import files_refused
from orchestration.watcher.producer import OUTCOMES, OutcomeProducer
from warehouse.dbt.manifest import keep_dbt_manifest, read_dbt_manifest
from warehouse.dbt.runner import DbtFailed, run_dbt
from warehouse.errors import UsageError, WarehouseError
from warehouse.settings import Settings, load_settings

log = logging.getLogger(__name__)
BUILD = "build"
# Unit tests check the models' SQL, not the data: they are for who changes it.
_DATA_ONLY = ("--exclude-resource-type", "unit_test")


@task
def generate_shop(days: Sequence[str]) -> None:
    """Generate the simulated shop's logs of these dates (YYYY-MM-DD) and land them."""
    from warehouse.simulated_shop.daily import generate_day

    with _warehouse() as settings:
        for day in days:
            generate_day(settings, date.fromisoformat(day), log.info)


@task
def land_dropped(source: str, day: str, notifies: bool = False, **context: Any) -> None:
    """Land what lies in the drop folder of a source system, under a date where it names none.

    Args:
        notifies: whether people are notified of files that were refused; else only the log says so.
    """
    from warehouse.landing.drop_folder import land_drop_folder

    with _warehouse() as settings:
        summary = land_drop_folder(settings, source, date.fromisoformat(day))
    log.info("%d landed, %d were live already", summary.landed_count, summary.unchanged_count)
    # They stay where they are, and do not keep the others from being built.
    for why in summary.refused.values():
        log.error("%s", why)
    if summary.refused and notifies:
        files_refused(context["dag_run"], source, list(summary.refused.values()), settings)


@task(task_id="stop_without_news")
def stop_without_new_files() -> None:
    """Skip the rest of the run when no file was landed since the last publication."""
    from orchestration.sensors.new_files import has_new_files

    with _warehouse() as settings:
        if not has_new_files(settings):
            raise AirflowSkipException("Nothing was landed since the last publication, or none was")


@task(task_id=BUILD)
def build(select: Sequence[str], window: Mapping[str, str], **context: Any) -> None:
    """Build the selected graph in one dbt command; the tasks of its nodes follow.

    Args:
        select: dbt's selectors; everything where absent.
        window: the landed dates to process, as variables of the environment.

    Raises:
        AirflowFailException: data tests failed, or the same would fail again.
        AirflowException: what may succeed when tried again.
    """
    instance = context["ti"]
    with _warehouse(writes=True) as settings:
        outcomes = OutcomeProducer(read_dbt_manifest(settings))
        selection = ("--select", *select) if select else ()
        with outcomes.pushed(lambda value: instance.xcom_push(key=OUTCOMES, value=value)):
            run_dbt(
                settings,
                ["build", *selection, "--indirect-selection", "cautious", *_DATA_ONLY],
                {**window, "WAREHOUSE_PUBLISH": "manual"},
                outcomes.record,
            )
        keep_dbt_manifest(settings)


def run_node(command: str, unique_id: str, window: Mapping[str, str]) -> None:
    """Run one node, or its data tests, alone; raises as `build` does."""
    with _warehouse(writes=True) as settings:
        data_only = _DATA_ONLY if command == "test" else ()
        name = unique_id.rpartition(".")[2]
        run_dbt(settings, [command, "--select", name, *data_only], window)


@task
def publish(tag: str = "") -> None:
    """Show readers what is built: all marts, or those with a tag."""
    arguments = ["--args", f"{{tag: {tag}}}"] if tag else []
    with _warehouse(writes=True) as settings:
        run_dbt(settings, ["run-operation", "publish", *arguments])


@task
def docs() -> None:
    """Rebuild the docs site."""
    from warehouse.docs.site import build as build_site

    with _warehouse() as settings:
        build_site(settings, log.info)


@task
def clean_up(sources: Sequence[str]) -> None:
    """Remove local files that were landed from the drop folders."""
    from warehouse.landing.drop_folder import remove_landed

    with _warehouse() as settings:
        for source in sources:
            remove_landed(settings, source, log.info)


@task
def maintain() -> None:
    """Compact the tables and remove what nobody needs."""
    from warehouse.maintenance.maintain import maintain as maintain_tables

    with _warehouse(writes=True) as settings:
        summary = maintain_tables(settings, log.info)
    log.info(
        "%d tables, %d snapshots expired, %d bytes saved",
        len(summary.tables),
        summary.total("snapshots_expired"),
        summary.total("bytes_saved"),
    )


@task(task_id="choose_slice")
def choose_batch(first: str, last: str, days: str, order: str) -> dict[str, Any]:
    """The dates of this run of a backfill, and what is left for the next."""
    try:
        chosen = next_batch(date.fromisoformat(first), date.fromisoformat(last), int(days), order)
    except (ValueError, UsageError) as error:
        raise AirflowFailException(str(error)) from None
    log.info("%s to %s; %d batches are left", chosen.first, chosen.last, chosen.left_count)
    return {
        "dates": [str(day) for day in chosen.dates],
        "first": str(chosen.first),
        "last": str(chosen.last),
        "rest": [str(day) for day in chosen.rest or ("", "")],
        "left_count": chosen.left_count,
    }


@contextmanager
def _warehouse(writes: bool = False) -> Iterator[Settings]:
    """The warehouse, its services running; errors as Airflow understands them.

    Where the project starts its services itself, what a crash left is repaired first.

    Args:
        writes: wait until no other task writes. Runs exclude each other anyway; but a killed
            scheduler leaves tasks that write until Airflow ends them.
    """
    from warehouse import lifecycle
    from warehouse.services.machine.lock import locked

    try:
        settings = load_settings()
        if settings.target == "embedded":
            lifecycle.up(settings, log.info)
        if not writes:
            yield settings
            return
        lock = settings.data_folder / "airflow" / "writing"
        with locked(lock, lambda: log.info("Waiting for another task that writes")):
            yield settings
    except DbtFailed as error:
        kind = AirflowException if error.is_transient else AirflowFailException
        raise kind(str(error)) from None
    except UsageError as error:
        raise AirflowFailException(str(error)) from None
    except WarehouseError as error:
        raise AirflowException(str(error)) from None
