"""What each service is doing."""

import time
from dataclasses import dataclass

import psutil

from cluster import processes
from cluster.services import Service, services
from settings import Settings


@dataclass(frozen=True)
class ServiceStatus:
    """State of a service; what is not known is None.

    Attributes:
        state: running, starting (its process lives but does not answer) or stopped.
        memory: resident memory in bytes.
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


def _status(settings: Settings, service: Service) -> ServiceStatus:
    process = processes.find(settings, service.name)
    page = f"http://127.0.0.1:{service.web_port}" if service.web_port else None
    port = service.ports[0]
    if process is None:
        return ServiceStatus(service.name, "stopped", None, port, None, None, page)
    try:
        memory = process.memory_info().rss
        memory += sum(child.memory_info().rss for child in process.children(recursive=True))
        uptime = time.time() - process.create_time()
    except psutil.Error:
        return ServiceStatus(service.name, "stopped", None, port, None, None, page)
    state = "running" if service.is_ready() else "starting"
    return ServiceStatus(service.name, state, process.pid, port, memory, uptime, page)
