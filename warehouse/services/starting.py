"""Starts services, side by side where they do not need each other, and waits until they answer."""

import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from warehouse.errors import ServiceUnavailable, WarehouseError
from warehouse.services import hdfs, metastore, postgresql, thrift_server
from warehouse.services.java import find_java
from warehouse.services.libraries import fetch_libraries
from warehouse.services.machine import processes
from warehouse.services.machine.memory import machine_memory_mib, memory_budget
from warehouse.services.machine.processes import Command
from warehouse.services.services import Service, service_named
from warehouse.settings import Settings

# What a first start on a slow machine may take; a start is known to have failed when it ends.
START_TIMEOUT = 120
# Their commands need no other service.
_PREPARED = {"postgresql", "namenode"}

Say = Callable[[str], None]


def start(settings: Settings, missing: list[Service], say: Say) -> dict[str, float]:
    """Start services and wait until each answers; what had been started keeps running.

    Args:
        missing: in the order of `services`.
        say: called with each step, in one line.

    Returns:
        The seconds that each of them took.

    Raises:
        WarehouseError: one of them cannot be prepared, or ended.
    """
    java = find_java(settings)
    libraries = fetch_libraries(settings, java, say)
    memory = memory_budget(settings, machine_memory_mib())
    names = {service.name for service in missing}
    commands: dict[str, Callable[[], Command]] = {
        "postgresql": lambda: postgresql.command(settings),
        "namenode": lambda: hdfs.namenode_command(settings, java, libraries, memory),
        "metastore": lambda: metastore.command(settings, java, libraries, memory),
        "thrift-server": lambda: thrift_server.command(settings, java, libraries, memory),
    }
    for number in range(settings.datanodes):
        commands[f"datanode-{number}"] = partial(
            hdfs.datanode_command, settings, java, libraries, memory, number
        )
    began = {}
    with ThreadPoolExecutor() as pool:
        # What a first start has to make, side by side; later there is nothing left to make.
        prepared = {name: pool.submit(commands[name]) for name in _PREPARED & names}
        compiled = pool.submit(metastore.loopback_classes, settings, java)
        for service in missing:
            if service.name == "metastore":
                # Its tables are made before it starts. Every other service waits by itself for
                # those that were started before it.
                wait_for(settings, service_named(settings, "postgresql"))
                compiled.result()
            say(f"Starting {service.name}")
            began[service.name] = time.monotonic()
            preparation = prepared.get(service.name)
            command = preparation.result() if preparation else commands[service.name]()
            with ctrl_c_held_back():
                processes.start(settings, service.name, command)
    taken = {}
    for service in missing:
        wait_for(settings, service)
        taken[service.name] = time.monotonic() - began[service.name]
        say(f"{service.name} answers after {taken[service.name]:.1f} s")
    return taken


def wait_for(settings: Settings, service: Service) -> None:
    """Wait until a service answers.

    Raises:
        WarehouseError: its process ended.
        ServiceUnavailable: it does not answer in time.
    """
    deadline = time.monotonic() + START_TIMEOUT
    while not service.is_ready():
        process = processes.find(settings, service.name)
        if process is None:
            raise WarehouseError(
                f"{service.name} ended while starting{_log_tail(settings, service)}",
                f"see `warehouse logs {service.name}`, then run `warehouse up` again",
            )
        if time.monotonic() > deadline:
            raise ServiceUnavailable(
                f"{service.name} runs but does not answer after {START_TIMEOUT} s",
                f"see `warehouse logs {service.name}`; `warehouse restart {service.name}`",
            )
        time.sleep(0.1)


def _log_tail(settings: Settings, service: Service) -> str:
    """The last error in a service's log, to be put behind a message."""
    try:
        lines = processes.log_file(settings, service.name).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    errors = [
        line for line in lines[-200:] if "ERROR" in line or "FATAL" in line or "rror:" in line
    ]
    last = (errors or lines)[-1:]
    return f": {last[0].strip()[:200]}" if last else ""


@contextmanager
def ctrl_c_held_back() -> Iterator[None]:
    """Between starting a process and remembering it, an interrupt would leave an orphan process."""
    interrupted = []
    try:
        before = signal.signal(signal.SIGINT, lambda *_: interrupted.append(True))
    except ValueError:
        # Only the main thread can be interrupted.
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if interrupted:
            raise KeyboardInterrupt
