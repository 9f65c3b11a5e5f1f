"""The components of Airflow, and how their processes are found."""

import os
from contextlib import suppress
from dataclasses import dataclass

import psutil

from warehouse.services.airflow.configuration import home
from warehouse.services.machine import processes
from warehouse.settings import Settings


@dataclass(frozen=True)
class Component:
    """A component of Airflow.

    Attributes:
        name: as Airflow's command line calls it.
        options: given to that command.
        job_type: what its rows in Airflow's table of jobs are called; None: it has none.
        health: its name in the answer of Airflow's health check; None: to answer is to be healthy.
    """

    name: str
    options: tuple[str, ...] = ()
    job_type: str | None = None
    health: str | None = None

    @property
    def log_name(self) -> str:
        """By which `warehouse logs` shows its output."""
        return f"airflow-{self.name}"


# Logs are read from the disk that all of them share; their servers would only listen on ports.
_NO_LOG_SERVER = ("--skip-serve-logs",)
COMPONENTS = (
    Component("api-server"),
    Component("scheduler", _NO_LOG_SERVER, "SchedulerJob", "scheduler"),
    Component("dag-processor", (), "DagProcessorJob", "dag_processor"),
    Component("triggerer", _NO_LOG_SERVER, "TriggererJob", "triggerer"),
)


def component_named(name: str) -> Component:
    """The component of a name that there is."""
    return next(component for component in COMPONENTS if component.name == name)


def running(supervisor: psutil.Process | None) -> dict[str, psutil.Process]:
    """The process of each component that lives, by its name."""
    found = {}
    try:
        children = supervisor.children() if supervisor else []
    except psutil.Error:
        children = []
    for child in children:
        name = _component_of(child)
        if name and processes.is_alive(child):
            found[name] = child
    return found


def orphan_processes(settings: Settings, component: str | None = None) -> list[psutil.Process]:
    """Processes that a component started and that outlived it, down to those of tasks.

    Their environment, which all of them inherit, identifies them; a service of the cluster that a
    task started is none of them.

    Args:
        component: only of this one; the asking process is not counted. Default: of all.
    """
    folder = str(home(settings))
    found = []
    for process in psutil.process_iter():
        name = _component_of(process, folder)
        if name and component in (None, name) and process.pid != os.getpid():
            with suppress(psutil.Error):
                if processes.is_alive(process) and not processes.is_service(settings, process):
                    found.append(process)
    return found


def _component_of(process: psutil.Process, folder: str | None = None) -> str | None:
    """Which component started a process: supervisord puts that into the environment."""
    try:
        environment = process.environ()
    except (psutil.Error, OSError):
        return None
    if folder is not None and environment.get("AIRFLOW_HOME") != folder:
        return None
    return environment.get("SUPERVISOR_PROCESS_NAME")
