"""What each service is doing."""

import time
from dataclasses import dataclass, replace

import psutil

from warehouse.services.machine import processes
from warehouse.services.machine.memory_use import family_memory
from warehouse.services.services import Service, services
from warehouse.settings import Settings


@dataclass(frozen=True)
class ServiceStatus:
    """State of a service; what is not known is None.

    Attributes:
        state: running, starting (its process lives but does not answer), stopped, or off (Airflow
            that was stopped on purpose).
        memory: in bytes, of it and all that it started.
        uptime: seconds since it started.
    """

    name: str
    state: str
    pid: int | None
    port: int
    memory: int | None
    uptime: float | None
    web_page: str | None


def read_status(settings: Settings) -> list[ServiceStatus]:
    """Status of every embedded service, in starting order."""
    return [_status(settings, service) for service in services(settings)]


def read_airflow_status(settings: Settings) -> ServiceStatus | None:
    """Status of the Airflow that this project starts; None if it never did."""
    from warehouse.services.airflow.service import airflow_service
    from warehouse.services.airflow.supervisord import was_started

    if not was_started(settings):
        return None
    status = _status(settings, airflow_service(settings))
    is_off = status.state == "stopped" and not processes.is_remembered(settings, status.name)
    return replace(status, state="off") if is_off else status


def _status(settings: Settings, service: Service) -> ServiceStatus:
    process = processes.find(settings, service.name)
    page = f"http://127.0.0.1:{service.web_port}" if service.web_port else None
    port = service.ports[0]
    if process is None:
        return ServiceStatus(service.name, "stopped", None, port, None, None, page)
    try:
        memory = family_memory(process)
        uptime = time.time() - process.create_time()
    except psutil.Error:
        return ServiceStatus(service.name, "stopped", None, port, None, None, page)
    state = "running" if service.is_ready() else "starting"
    return ServiceStatus(service.name, state, process.pid, port, memory, uptime, page)
