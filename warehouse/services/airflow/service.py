"""Starts and stops the Airflow that this project starts itself, as a whole."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from warehouse.dbt.manifest import refresh_dbt_manifest
from warehouse.errors import ServiceUnavailable, WarehouseError
from warehouse.services.airflow import database, supervisord
from warehouse.services.airflow.api import health
from warehouse.services.airflow.components import COMPONENTS, orphan_processes, running
from warehouse.services.machine import processes
from warehouse.services.machine.memory_use import family_memory
from warehouse.services.preflight import run_preflight_checks
from warehouse.services.services import Service
from warehouse.services.starting import ctrl_c_held_back
from warehouse.settings import Settings

NAME = "airflow"
# What a first start on a slow and busy machine may take.
START_TIMEOUT = 180

Say = Callable[[str], None]


@dataclass(frozen=True)
class ComponentStatus:
    """What a component is doing.

    Attributes:
        state: running, or stopped; it is started again within seconds while the supervisor lives.
        memory: in bytes, of it and all that it started; shared pages count in part.
        health: as Airflow's own health check reports it.
    """

    name: str
    state: str
    pid: int | None
    memory: int | None
    health: str


def airflow_service(settings: Settings) -> Service:
    """Airflow as one of the services that `warehouse status` lists."""
    port = settings.port(NAME)
    return Service(NAME, [port], lambda: is_healthy(settings), web_port=port)


def log_names(settings: Settings) -> list[str]:
    """The logs of Airflow, if it was ever started: of the supervisor and of each component."""
    if not supervisord.was_started(settings):
        return []
    return [NAME, *(component.log_name for component in COMPONENTS)]


def is_healthy(settings: Settings) -> bool:
    """Whether every component lives and says that it is healthy."""
    return not _unhealthy(settings)


def start(settings: Settings, say: Say = lambda line: None) -> bool:
    """Start Airflow on a cluster that runs, and wait until all is healthy.

    For one who holds the lock of the data folder.

    Returns:
        False when it was running already.

    Raises:
        WarehouseError: something is in the way; what had been started keeps running.
    """
    supervisor = processes.find(settings, NAME)
    outdated = _outdated(settings) if supervisor is not None else ""
    if outdated:
        say(f"Stopping airflow, {outdated}")
        _stop(settings)
        supervisor = None
    is_new = supervisor is None
    if is_new:
        _stop(settings)
        run_preflight_checks(settings, [airflow_service(settings)])
        if not database.is_current(settings):
            say("Making the tables of airflow")
            database.prepare(settings)
        say("Reading the dbt project")
        refresh_dbt_manifest(settings)
        say("Starting airflow")
        command = supervisord.command(settings)
        with ctrl_c_held_back():
            processes.start(settings, NAME, command)
    elif not is_healthy(settings):
        say("Waiting for airflow, which is starting")
    _wait(settings)
    return is_new


def _outdated(settings: Settings) -> str:
    """Why an Airflow that runs must be restarted; nothing if it need not."""
    if not database.is_current(settings):
        return "whose database is not that of the installed Airflow"
    if not supervisord.is_current(settings):
        return "which an earlier version of this project started"
    return ""


def stop(settings: Settings, say: Say = lambda line: None) -> int:
    """Stop every process of Airflow; returns how many components and supervisors there were.

    For one who holds the lock of the data folder.
    """
    if not supervisord.was_started(settings):
        return 0
    if _supervisors(settings):
        say("Stopping airflow")
    count = _stop(settings)
    processes.forget(settings, NAME)
    return count


def _stop(settings: Settings) -> int:
    supervisors = _supervisors(settings)
    count = sum(1 + len(running(supervisor)) for supervisor in supervisors)
    # One ends when each of its components has ended.
    processes.stop_all(supervisors, timeout=3 * supervisord.STOP_TIMEOUT)
    # Tasks are in groups of their own, and would go on without anyone to hear how they end.
    orphans = orphan_processes(settings)
    processes.stop_all(orphans)
    return count or len(orphans)


def _supervisors(settings: Settings) -> list[psutil.Process]:
    """The process that keeps Airflow alive; more when the file that remembers one was lost."""
    mark = str(supervisord.configuration_file(settings))
    return [
        process
        for process in processes.service_processes(settings)
        if mark in process.info["cmdline"]
    ]


def _wait(settings: Settings) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while unhealthy := _unhealthy(settings):
        if processes.find(settings, NAME) is None:
            raise WarehouseError(
                "airflow ended while starting",
                "see `warehouse logs airflow`, then run `warehouse airflow up` again",
            )
        if time.monotonic() > deadline:
            name = unhealthy[0]
            raise ServiceUnavailable(
                f"airflow's {name} is not healthy after {START_TIMEOUT} s",
                f"see `warehouse logs airflow-{name}` and `warehouse doctor`",
            )
        time.sleep(0.2)


def _unhealthy(settings: Settings) -> list[str]:
    reported = health(settings)
    alive = running(processes.find(settings, NAME))
    return [c.name for c in COMPONENTS if c.name not in alive or reported.get(c.name) != "healthy"]


def read_status(settings: Settings) -> list[ComponentStatus]:
    """Status of every component."""
    reported = health(settings)
    alive = running(processes.find(settings, NAME))
    found = []
    for component in COMPONENTS:
        process = alive.get(component.name)
        health_of_it = reported.get(
            component.name, "does not answer" if not reported else "unknown"
        )
        if process is None:
            found.append(ComponentStatus(component.name, "stopped", None, None, "stopped"))
            continue
        try:
            memory = family_memory(process)
        except psutil.Error:
            memory = None
        found.append(ComponentStatus(component.name, "running", process.pid, memory, health_of_it))
    return found
