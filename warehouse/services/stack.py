"""Starts and stops the embedded services as a whole; what builds on them is not its business."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from warehouse.errors import UsageError, WarehouseError
from warehouse.services.hdfs_health import wait_for_hdfs
from warehouse.services.machine import processes
from warehouse.services.machine.lock import locked
from warehouse.services.preflight import run_preflight_checks
from warehouse.services.readiness import TIMEOUT
from warehouse.services.services import Service, service_named, service_names, services
from warehouse.services.starting import START_TIMEOUT, Say, start, wait_for
from warehouse.settings import Settings

# Of one core. A server that works less than this while it is asked is not busy but stuck.
_IDLE_SHARE = 0.25


@dataclass(frozen=True)
class StartSummary:
    """What a start did: seconds taken by each service that it started."""

    started: dict[str, float] = field(default_factory=dict)


def start_services(settings: Settings, say: Say) -> StartSummary:
    """Start what does not run and wait until all answers; for one who holds the lock of `alone`.

    Raises:
        WarehouseError: something is in the way; what had been started keeps running.
    """
    missing = [s for s in services(settings) if processes.find(settings, s.name) is None]
    if missing:
        _stop_orphan_processes(settings, missing)
        run_preflight_checks(settings, missing)
    summary = StartSummary()
    if missing:
        summary.started.update(start(settings, missing, say))
    wait_for_hdfs(settings, say)
    _revive_thrift_server(settings, missing, summary, say)
    return summary


def _revive_thrift_server(
    settings: Settings, missing: list[Service], summary: StartSummary, say: Say
) -> None:
    """Restart a Thrift Server that does not find back to a service that was away."""
    server = service_named(settings, "thrift-server")
    process = processes.find(settings, server.name)
    was_running = server.name not in {s.name for s in missing}
    if process is not None and was_running and not _answers_in_time(server, process):
        say(f"Stopping {server.name}, which does not answer")
        processes.stop(process)
    if processes.find(settings, server.name) is None:
        summary.started.update(start(settings, [server], say))
    wait_for(settings, server)


def _answers_in_time(service: Service, process: psutil.Process) -> bool:
    """Whether a service answers, given more time while it works for others."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        began, worked = time.monotonic(), _processor_seconds(process)
        # Asked twice: a connection that broke meanwhile makes the first question fail.
        if service.is_ready() or service.is_ready():
            return True
        seconds = time.monotonic() - began
        is_busy = _processor_seconds(process) - worked > _IDLE_SHARE * seconds
        if seconds < TIMEOUT or not is_busy:
            return False
    return False


def _processor_seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def stop_services(settings: Settings, say: Say) -> int:
    """Stop every process of the services; returns how many there were. Airflow goes on running.

    For one who holds the lock of `alone`.
    """
    stopped = 0
    for service in reversed(services(settings)):
        process = processes.find(settings, service.name)
        if process is not None:
            say(f"Stopping {service.name}")
            processes.stop(process)
            stopped += 1
        processes.forget(settings, service.name)
    airflow = processes.find(settings, "airflow")
    for process in processes.service_processes(settings):
        if process == airflow:
            continue
        say(f"Stopping process {process.pid}, left behind by an earlier start")
        processes.stop(process)
        stopped += 1
    return stopped


def stop_named(settings: Settings, names: list[str], say: Say) -> None:
    """Stop the services of these names; for one who holds the lock of `alone`."""
    for name in names:
        process = processes.find(settings, name)
        if process is not None:
            say(f"Stopping {name}")
            processes.stop(process)


def refuse_unknown_services(settings: Settings, names: list[str]) -> None:
    """Check names that a person gave.

    Raises:
        UsageError: no service has that name.
    """
    known = service_names(settings)
    for name in names:
        if name not in known:
            raise UsageError(f"There is no service {name}", f"one of {', '.join(known)}")


@contextmanager
def alone(settings: Settings, say: Say) -> Iterator[None]:
    """Let one command at a time start or stop services: two would undo each other's work."""
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
        (settings.data_folder / "lock").touch()
    except OSError as error:
        raise WarehouseError(
            f"The data folder {settings.data_folder} cannot be written to: {error.strerror}",
            "make it writable, or set WAREHOUSE_DATA_FOLDER to another folder",
        ) from error
    wait = "Waiting for another command that starts or stops these services"
    with locked(settings.data_folder / "lock", lambda: say(wait)):
        yield


def _stop_orphan_processes(settings: Settings, missing: list[Service]) -> None:
    """Stop processes of this data folder that nobody remembers: they hold its ports and files."""
    names = [*service_names(settings), "airflow"]
    remembered = {process.pid for name in names if (process := processes.find(settings, name))}
    for process in processes.service_processes(settings):
        parents = {parent.pid for parent in process.parents()}
        if process.pid not in remembered and not parents & remembered:
            processes.stop(process)
