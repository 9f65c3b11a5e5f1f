"""Starts, finds and stops the processes of the embedded services.

A service is remembered in a file with its process id. Every command line carries the data folder:
so a recycled id is never taken for a service, and a process whose file was lost is found as well.
The time a process started would not do, because it moves when the machine's clock is set.
"""

import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from warehouse.settings import Settings

LOG_SIZE_LIMIT = 20_000_000


@dataclass(frozen=True)
class Command:
    """How to run a service.

    Attributes:
        environment: added to this process's own, unless `is_whole_environment`.
    """

    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    user: int | None = None
    is_whole_environment: bool = False


def run_folder(settings: Settings) -> Path:
    """Folder of the files that remember the running processes."""
    return settings.data_folder / "run"


def log_file(settings: Settings, service: str) -> Path:
    """Where a service's output goes."""
    return settings.data_folder / "logs" / f"{service}.log"


def supervisor_configuration(settings: Settings) -> Path:
    """Configuration of the process that keeps Airflow alive; it has no other mark."""
    return settings.data_folder.resolve() / "airflow" / "supervisord.conf"


def start(settings: Settings, service: str, command: Command) -> psutil.Process:
    """Start a service in a session of its own, its output to its log file."""
    log = log_file(settings, service)
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_SIZE_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    run_folder(settings).mkdir(parents=True, exist_ok=True)
    inherited = {} if command.is_whole_environment else os.environ
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(argument) for argument in command.arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=run_folder(settings),
            env={**inherited, **command.environment},
            start_new_session=True,
            user=command.user,
            group=command.user,
            extra_groups=[] if command.user is not None else None,
        )
    process = psutil.Process(child.pid)
    file = _memory(settings, service)
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps({"pid": child.pid}))
    draft.replace(file)
    return process


def find(settings: Settings, service: str) -> psutil.Process | None:
    """The running process of a service, or None."""
    try:
        remembered = json.loads(_memory(settings, service).read_text())
        process = psutil.Process(remembered["pid"])
        if is_service(settings, process) and is_alive(process):
            return process
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        pass
    return None


def service_processes(settings: Settings) -> list[psutil.Process]:
    """Every process of this data folder's services, orphans that no file remembers included."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if _is_service(settings, process.info["cmdline"] or []) and is_alive(process)
    ]


def stop(process: psutil.Process, timeout: float = 20) -> None:
    """Stop a process and its children: asked first, killed after `timeout` seconds."""
    try:
        is_postgresql = _is_postgresql(process.cmdline())
        # PostgreSQL waits for its clients on SIGTERM, and ends their connections on SIGINT.
        stop_signal = signal.SIGINT if is_postgresql else signal.SIGTERM
        family = [process, *process.children(recursive=True)]
        process.send_signal(stop_signal)
    except psutil.Error:
        return
    _kill_survivors(family, timeout)


def stop_all(orphans: list[psutil.Process], timeout: float = 5) -> None:
    """Stop processes that have no parent of ours: all asked first, killed after `timeout` s."""
    for process in orphans:
        try:
            process.terminate()
        except psutil.Error:
            continue
    _kill_survivors(orphans, timeout)


def _kill_survivors(family: list[psutil.Process], timeout: float) -> None:
    for survivor in _wait_for_end(family, timeout):
        try:
            survivor.kill()
        except psutil.Error:
            continue
    _wait_for_end(family, 5)


def _wait_for_end(family: list[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Wait until processes have ended, whether or not anyone asks for their exit codes.

    Returns:
        Those that still run after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    while (alive := [p for p in family if is_alive(p)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return alive


def is_remembered(settings: Settings, service: str) -> bool:
    """Whether a service was started and not stopped since, whether or not its process lives."""
    return _memory(settings, service).exists()


def forget(settings: Settings, service: str) -> None:
    """Remove the file that remembers a service."""
    _memory(settings, service).unlink(missing_ok=True)


def _memory(settings: Settings, service: str) -> Path:
    return run_folder(settings) / f"{service}.json"


def _command_line(process: psutil.Process) -> list[str]:
    """Its command line; it has none while it loads a program, as it does when only just started."""
    deadline = time.monotonic() + 1
    while not (arguments := process.cmdline()) and time.monotonic() < deadline:
        time.sleep(0.001)
    return arguments


def is_service(settings: Settings, process: psutil.Process) -> bool:
    """Whether a process carries the mark of this data folder.

    Raises:
        psutil.Error: it has ended.
    """
    return _is_service(settings, _command_line(process))


def _is_service(settings: Settings, arguments: list[str]) -> bool:
    folder = settings.data_folder.resolve()
    if _is_postgresql(arguments):
        return str(folder / "postgresql") in arguments
    if str(supervisor_configuration(settings)) in arguments:
        return True
    return f"-Dwarehouse.data={folder}" in arguments


def _is_postgresql(arguments: list[str]) -> bool:
    # Not only the first: until it runs, its command line is that of the program it is run by.
    return any(argument.endswith("/bin/postgres") for argument in arguments)


def is_alive(process: psutil.Process) -> bool:
    """Whether a process still does or holds anything."""
    try:
        # One that ended is not running any more, even when nobody has asked for its exit code;
        # its ports and files are free once its last thread has ended.
        return process.status() != psutil.STATUS_ZOMBIE or process.num_threads() > 1
    except psutil.Error:
        return False
