"""Checks the Airflow that this project starts itself and names the fix for what is wrong."""

import urllib.error
from collections.abc import Iterator

from warehouse.errors import WarehouseError
from warehouse.services.airflow import database, supervisord
from warehouse.services.airflow.api import import_errors
from warehouse.services.airflow.service import NAME, read_status
from warehouse.services.machine import ports, processes
from warehouse.settings import Settings

# Name of the check, verdict (ok or failure), detail, fix.
Checked = tuple[str, str, str, str]


def examine_airflow(settings: Settings) -> Iterator[Checked]:
    """Run every check of Airflow; none if it was never started. None of them changes anything."""
    if not supervisord.was_started(settings):
        return
    if processes.find(settings, NAME) is None:
        yield _not_running(settings)
        return
    unhealthy = False
    for component in read_status(settings):
        if component.health == "healthy":
            continue
        unhealthy = True
        yield (
            f"airflow {component.name}",
            "failure",
            f"{component.state}, and its health is: {component.health}",
            f"wait for its restart, then see `warehouse logs airflow-{component.name}`",
        )
    try:
        if not database.is_current(settings):
            yield (
                "airflow database",
                "failure",
                "it is missing, or not that of the installed Airflow",
                "run `warehouse airflow up`",
            )
            return
        broken = import_errors(settings)
    except WarehouseError as error:
        yield ("airflow DAGs", "failure", error.what, error.fix)
        return
    except urllib.error.HTTPError as error:
        fix = "see `warehouse logs airflow-api-server`"
        yield ("airflow DAGs", "failure", f"the API server answers with {error.code}", fix)
        return
    for file, message in broken:
        fix = "correct it; the page of Airflow shows the whole error, and reads the file again"
        yield ("airflow DAGs", "failure", f"{file} cannot be read: {message}", fix)
    if not unhealthy and not broken:
        yield ("airflow", "ok", f"every component is healthy, on port {settings.port(NAME)}", "")


def _not_running(settings: Settings) -> Checked:
    port = settings.port(NAME)
    if not processes.is_remembered(settings, NAME):
        return ("airflow", "ok", "not running, as asked; `warehouse airflow up` starts it", "")
    if not ports.port_is_free(port):
        return (
            "airflow",
            "failure",
            f"not running, and port {port} is taken by {ports.port_owner(port)}",
            "stop that program, or set WAREHOUSE_PORT_BASE to move all ports; if it is a part of "
            "airflow, `warehouse airflow up` stops it",
        )
    return ("airflow", "failure", "not running", "run `warehouse airflow up`")
