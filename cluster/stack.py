"""Starts and stops the embedded services as a whole."""

import json
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from cluster import hdfs, metastore, postgresql, processes, readiness, thrift_server
from cluster.java import find_java
from cluster.libraries import fetch_libraries
from cluster.lock import locked
from cluster.memory import machine_memory_mib, plan_memory
from cluster.ports import port_is_free, port_owner
from cluster.processes import Command
from errors import ServiceUnavailable, UsageError, WarehouseError
from settings import Settings

SMALLEST_FREE_DISK = 2 * 2**30
# What a first start on a slow machine may take; a start is known to have failed when it ends.
START_PATIENCE = 120

Say = Callable[[str], None]


@dataclass(frozen=True)
class Service:
    """A service of the embedded cluster."""

    name: str
    ports: list[int]
    is_ready: Callable[[], bool]
    web_port: int | None = None


@dataclass(frozen=True)
class UpReport:
    """What `up` did: seconds taken by each service that it started."""

    started: dict[str, float] = field(default_factory=dict)


def services(settings: Settings) -> list[Service]:
    """The services in the order in which they start."""
    port = settings.port

    def listens(number: int) -> Callable[[], bool]:
        return lambda: readiness.answers("127.0.0.1", number)

    datanodes = [
        Service(
            f"datanode-{number}",
            [port("datanode", number), port("datanode_web", number), port("datanode_ipc", number)],
            listens(port("datanode_ipc", number)),
            web_port=port("datanode_web", number),
        )
        for number in range(settings.datanodes)
    ]
    return [
        Service("postgresql", [port("postgresql")], lambda: readiness.postgresql_answers(settings)),
        Service(
            "namenode",
            [port("namenode"), port("namenode_web")],
            listens(port("namenode")),
            web_port=port("namenode_web"),
        ),
        *datanodes,
        Service("metastore", [port("metastore")], listens(port("metastore"))),
        Service(
            "thrift-server",
            [port("thrift"), port("spark_web")],
            lambda: readiness.thrift_answers(settings),
            web_port=port("spark_web"),
        ),
    ]


def up(settings: Settings, say: Say = lambda line: None) -> UpReport:
    """Start what does not run and wait until everything answers; repairs what a crash left.

    Args:
        settings: with target `cluster`, nothing is started, only checked.
        say: told each step, in one line.

    Raises:
        WarehouseError: something is in the way: a port taken, no disk, no Java, a service that
            does not start. What had been started keeps running.
    """
    if settings.target == "cluster":
        check_existing_cluster(settings)
        _prepare_raw_zone(settings)
        return UpReport()
    with _alone(settings, say):
        return _up(settings, say)


def _up(settings: Settings, say: Say) -> UpReport:
    missing = [s for s in services(settings) if processes.find(settings, s.name) is None]
    if missing:
        _check_path(settings)
        _remove_strays(settings, missing)
        _check_disk(settings)
        _check_ports(missing)
    report = UpReport()
    if missing:
        _start(settings, missing, report, say)
    _wait_for_hdfs(settings, say)
    _revive_thrift_server(settings, missing, report, say)
    _prepare_raw_zone(settings)
    return report


def _revive_thrift_server(
    settings: Settings, missing: list[Service], report: UpReport, say: Say
) -> None:
    """Restart a Thrift Server that does not find back to a service that was away."""
    server = _service(settings, "thrift-server")
    if (
        server.name not in {s.name for s in missing}
        and not server.is_ready()
        and not server.is_ready()
    ):
        process = processes.find(settings, server.name)
        if process is not None:
            say(f"Stopping {server.name}, which does not answer")
            processes.stop(process)
        _start(settings, [server], report, say)
    _wait_for(settings, server)


def down(settings: Settings, say: Say = lambda line: None) -> int:
    """Stop every process of this data folder; returns how many there were."""
    _refuse_existing_cluster(settings)
    with _alone(settings, say):
        return _down(settings, say)


def _down(settings: Settings, say: Say) -> int:
    stopped = 0
    for service in reversed(services(settings)):
        process = processes.find(settings, service.name)
        if process is not None:
            say(f"Stopping {service.name}")
            processes.stop(process)
            stopped += 1
        processes.forget(settings, service.name)
    for process in processes.strays(settings):
        say(f"Stopping process {process.pid}, left behind by an earlier start")
        processes.stop(process)
        stopped += 1
    return stopped


def restart(settings: Settings, names: list[str], say: Say = lambda line: None) -> UpReport:
    """Stop the named services, or all of them, and start what does not run.

    Raises:
        UsageError: no service has that name.
    """
    _refuse_existing_cluster(settings)
    known = [service.name for service in services(settings)]
    for name in names:
        if name not in known:
            raise UsageError(f"There is no service {name}", f"one of {', '.join(known)}")
    with _alone(settings, say):
        if names:
            for name in names:
                process = processes.find(settings, name)
                if process is not None:
                    say(f"Stopping {name}")
                    processes.stop(process)
        else:
            _down(settings, say)
        return _up(settings, say)


def _refuse_existing_cluster(settings: Settings) -> None:
    if settings.target == "cluster":
        raise UsageError(
            "WAREHOUSE_TARGET=cluster addresses services that are not ours to stop",
            "stop them where they were started",
        )


@contextmanager
def _alone(settings: Settings, say: Say) -> Iterator[None]:
    """Two that start or stop the services at once would undo each other's work."""
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


def is_running(settings: Settings) -> bool:
    """Whether every service of the embedded cluster runs."""
    return all(processes.find(settings, service.name) for service in services(settings))


def check_existing_cluster(settings: Settings) -> None:
    """Check that an existing cluster's HDFS, metastore and Thrift Server answer.

    Raises:
        ServiceUnavailable: one of them does not.
    """
    for label, answers, address, setting in existing_services(settings):
        if not answers:
            raise ServiceUnavailable(f"{label} does not answer at {address}", f"check {setting}")


def existing_services(settings: Settings) -> list[tuple[str, bool, str, str]]:
    """For each service of an existing cluster: name, whether it answers, address, setting."""
    host, port = settings.thrift_server
    return [
        ("HDFS", hdfs_works(settings), settings.hdfs, "WAREHOUSE_HDFS_URL"),
        (
            "The Hive metastore",
            readiness.answers(*readiness.host_and_port(settings.metastore)),
            settings.metastore,
            "WAREHOUSE_METASTORE_URI",
        ),
        (
            "The Spark Thrift Server",
            readiness.thrift_answers(settings),
            f"{host}:{port}",
            "WAREHOUSE_THRIFT_HOST and WAREHOUSE_THRIFT_PORT",
        ),
    ]


def _start(settings: Settings, missing: list[Service], report: UpReport, say: Say) -> None:
    java = find_java(settings)
    libraries = fetch_libraries(settings, java, say)
    memory = plan_memory(settings, machine_memory_mib())
    commands: dict[str, Callable[[], Command]] = {
        "postgresql": lambda: postgresql.command(settings),
        "namenode": lambda: hdfs.namenode_command(settings, java, libraries, memory),
        "metastore": lambda: metastore.command(settings, java, libraries, memory),
        "thrift-server": lambda: thrift_server.command(settings, java, libraries, memory),
    }
    for number in range(settings.datanodes):
        commands[f"datanode-{number}"] = lambda number=number: hdfs.datanode_command(
            settings, java, libraries, memory, number
        )
    # Each waits for what it cannot start without; the others start side by side.
    needs = {"metastore": ["postgresql"], "thrift-server": ["metastore", "namenode"]}
    began = {}
    for service in missing:
        for needed in needs.get(service.name, []):
            _wait_for(settings, _service(settings, needed))
        say(f"Starting {service.name}")
        began[service.name] = time.monotonic()
        with _ctrl_c_held_back():
            processes.start(settings, service.name, commands[service.name]())
    for service in missing:
        _wait_for(settings, service)
        report.started[service.name] = time.monotonic() - began[service.name]
        say(f"{service.name} answers after {report.started[service.name]:.1f} s")


def _wait_for(settings: Settings, service: Service) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while not service.is_ready():
        process = processes.find(settings, service.name)
        if process is None:
            raise WarehouseError(
                f"{service.name} ended while starting{_last_words(settings, service)}",
                f"see `warehouse logs {service.name}`, then run `warehouse up` again",
            )
        if time.monotonic() > deadline:
            raise ServiceUnavailable(
                f"{service.name} runs but does not answer after {START_PATIENCE} s",
                f"see `warehouse logs {service.name}`; `warehouse restart {service.name}`",
            )
        time.sleep(0.1)


def _wait_for_hdfs(settings: Settings, say: Say) -> None:
    """Wait until a file can be written and read; takes the NameNode out of a lasting safe mode."""
    deadline = time.monotonic() + START_PATIENCE
    safe_mode_deadline = time.monotonic() + 20
    while not hdfs_works(settings):
        now = time.monotonic()
        if now > safe_mode_deadline and _is_in_safe_mode(settings):
            say("The NameNode stays in safe mode; telling it to leave")
            java = find_java(settings)
            libraries = fetch_libraries(settings, java, say)
            memory = plan_memory(settings, machine_memory_mib())
            hdfs.leave_safe_mode(settings, java, libraries, memory)
            safe_mode_deadline = now + 20
        if now > deadline:
            raise ServiceUnavailable(
                "HDFS takes no file", "see `warehouse logs namenode` and `warehouse doctor`"
            )
        time.sleep(0.2)


def _is_in_safe_mode(settings: Settings) -> bool:
    try:
        return bool(hdfs.namenode_state(settings).get("Safemode"))
    except OSError:
        return False


def hdfs_works(settings: Settings) -> bool:
    """Whether a file can be written and read; the answer comes within seconds."""
    # The port first: the client retries a refused connection for a long time.
    if not readiness.answers(*readiness.host_and_port(settings.hdfs)):
        return False
    if settings.target == "embedded":
        try:
            state = hdfs.namenode_state(settings)
        except OSError:
            return False
        live = _json_length(state.get("LiveNodes"))
        if state.get("Safemode") or live < 1:
            return False
    try:
        hdfs.round_trip(settings)
    except Exception:
        return False
    return True


def _json_length(text: object) -> int:
    """Number of entries of a JSON object within a JSON text, as the NameNode lists its nodes."""

    return len(json.loads(str(text or "{}")))


def _prepare_raw_zone(settings: Settings) -> None:
    from landing.raw_tables import prepare_raw_zone

    prepare_raw_zone(settings)


def _remove_strays(settings: Settings, missing: list[Service]) -> None:
    """Stop processes of this data folder that nobody remembers: they hold its ports and files."""
    remembered = {
        process.pid
        for service in services(settings)
        if (process := processes.find(settings, service.name))
    }
    for process in processes.strays(settings):
        parents = {parent.pid for parent in process.parents()}
        if process.pid not in remembered and not parents & remembered:
            processes.stop(process)


def _check_path(settings: Settings) -> None:
    path = str(settings.data_folder.resolve())
    # Hadoop separates with commas, Java's class path with colons; neither takes the others.
    if re.search(r"[\s,:;%*]", path):
        raise WarehouseError(
            f"Hadoop takes no space and none of , : ; % * in a path, but the data folder is {path}",
            "set WAREHOUSE_DATA_FOLDER to a folder without these in its path",
        )


def _check_disk(settings: Settings) -> None:
    free = shutil.disk_usage(settings.data_folder).free
    if free < SMALLEST_FREE_DISK:
        raise WarehouseError(
            f"The disk of {settings.data_folder} has {free / 2**30:.1f} GiB free, 2 are needed",
            "free some space, or set WAREHOUSE_DATA_FOLDER to a folder on another disk",
        )


def _check_ports(missing: list[Service]) -> None:
    for service in missing:
        for port in service.ports:
            if not port_is_free(port):
                raise WarehouseError(
                    f"Port {port}, which {service.name} needs, is taken by {port_owner(port)}",
                    "stop that program, or set WAREHOUSE_PORT_BASE to move all ports",
                )


def _last_words(settings: Settings, service: Service) -> str:
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


def _service(settings: Settings, name: str) -> Service:
    return next(service for service in services(settings) if service.name == name)


@contextmanager
def _ctrl_c_held_back() -> Iterator[None]:
    """Between starting a process and remembering it, an interrupt would leave a stray."""
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
