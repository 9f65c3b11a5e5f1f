"""Starts and stops what builds on each other: the services, the raw zone in them, and Airflow."""

from warehouse.errors import UsageError
from warehouse.landing.manifest.raw_tables import prepare_raw_zone
from warehouse.services import stack
from warehouse.services.airflow import service as airflow
from warehouse.services.airflow.configuration import DAGS_FOLDER
from warehouse.services.existing_cluster import check_existing_cluster
from warehouse.services.stack import StartSummary
from warehouse.services.starting import Say
from warehouse.settings import Settings


def up(settings: Settings, say: Say = lambda line: None) -> StartSummary:
    """Start what does not run and wait until everything answers; repairs what a crash left.

    Args:
        settings: with target `cluster`, nothing is started, only checked.
        say: called with each step, in one line.

    Raises:
        WarehouseError: something is in the way: a port taken, no disk, no Java, a service that
            does not start. What had been started keeps running.
    """
    if settings.target == "cluster":
        check_existing_cluster(settings)
        prepare_raw_zone(settings)
        return StartSummary()
    with stack.alone(settings, say):
        return _up(settings, say)


def _up(settings: Settings, say: Say) -> StartSummary:
    summary = stack.start_services(settings, say)
    prepare_raw_zone(settings)
    return summary


def down(settings: Settings, say: Say = lambda line: None) -> int:
    """Stop every process of this data folder; returns how many there were."""
    _refuse_existing_cluster(settings)
    with stack.alone(settings, say):
        return airflow.stop(settings, say) + stack.stop_services(settings, say)


def restart(settings: Settings, names: list[str], say: Say = lambda line: None) -> StartSummary:
    """Stop the named services, or all of them, and start what does not run.

    Raises:
        UsageError: no service has that name.
    """
    _refuse_existing_cluster(settings)
    stack.refuse_unknown_services(settings, names)
    with stack.alone(settings, say):
        if names:
            stack.stop_named(settings, names, say)
        else:
            stack.stop_services(settings, say)
        return _up(settings, say)


def airflow_up(settings: Settings, say: Say = lambda line: None) -> bool:
    """Start Airflow, and the embedded cluster before it, and wait until all is healthy.

    Returns:
        False when Airflow was running already.

    Raises:
        WarehouseError: something is in the way; what had been started keeps running.
    """
    if settings.target == "cluster":
        raise UsageError(
            "WAREHOUSE_TARGET=cluster has an Airflow of its own, which is not ours to start",
            f"point its DAG folder at {DAGS_FOLDER}, and give its processes WAREHOUSE_TARGET, "
            "WAREHOUSE_HDFS_URL, WAREHOUSE_METASTORE_URI, WAREHOUSE_THRIFT_HOST and "
            "WAREHOUSE_THRIFT_PORT, and PYTHONPATH with the checkout",
        )
    up(settings, say)
    with stack.alone(settings, say):
        return airflow.start(settings, say)


def airflow_down(settings: Settings, say: Say = lambda line: None) -> int:
    """Stop every process of Airflow; returns how many components and supervisors there were."""
    if settings.target == "cluster":
        raise UsageError(
            "WAREHOUSE_TARGET=cluster has an Airflow that is not ours to stop",
            "stop it where it was started",
        )
    with stack.alone(settings, say):
        return airflow.stop(settings, say)


def _refuse_existing_cluster(settings: Settings) -> None:
    if settings.target == "cluster":
        raise UsageError(
            "WAREHOUSE_TARGET=cluster addresses services that are not ours to stop",
            "stop them where they were started",
        )
