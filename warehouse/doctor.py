"""Checks everything the warehouse needs and names the fix for what is wrong."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from dotenv import dotenv_values

from warehouse.errors import WarehouseError
from warehouse.services import hdfs
from warehouse.services.existing_cluster import existing_services
from warehouse.services.hdfs_health import hdfs_works
from warehouse.services.java import find_java
from warehouse.services.libraries import fetch_libraries, folder_of_edition
from warehouse.services.machine import ports, processes
from warehouse.services.machine.memory import machine_memory_mib, memory_budget
from warehouse.services.preflight import SMALLEST_FREE_DISK
from warehouse.services.services import services
from warehouse.settings import PROJECT_ROOT, Settings, environment_variables
from warehouse.sql.connection import connect

# The embedded one and that of an existing cluster.
THRIFT_SERVER_CHECKS = ("thrift-server", "The Spark Thrift Server")


@dataclass(frozen=True)
class Finding:
    """One check: its verdict is ok, warning or failure; a fix belongs to the latter two."""

    check: str
    verdict: str
    detail: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Run every check, in the order in which a reader would.

    None changes what is there: a file is written to HDFS and deleted again, and the manifest is
    made where there is none.
    """
    checks: list[tuple[str, Callable[[Settings], Iterator[Finding]]]] = [
        ("Python", _python),
        ("settings", _settings_agree),
    ]
    if settings.target == "embedded":
        checks += [
            ("Java", _java),
            ("libraries", _libraries),
            ("memory", _memory),
            ("disk", _disk),
            ("services", _services),
            ("HDFS", _hdfs),
        ]
    else:
        checks.append(("services", _existing_services))
    found = []
    for name, check in checks:
        for finding in _run(settings, name, check):
            found.append(finding)
            yield finding
    # What is asked over the Thrift Server waits for ever when that waits for another service.
    if any(f.check in THRIFT_SERVER_CHECKS and f.verdict == "ok" for f in found):
        yield from _run(settings, "metastore", _metastore)
        yield from _run(settings, "raw zone", _raw_zone)
    if settings.target == "embedded":
        from warehouse.services.airflow.checks import examine_airflow

        for label, verdict, detail, fix in examine_airflow(settings):
            yield Finding(label, verdict, detail, fix)


def _run(
    settings: Settings, name: str, check: Callable[[Settings], Iterator[Finding]]
) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except WarehouseError as error:
        yield Finding(name, "failure", error.what, error.fix)


def _python(settings: Settings) -> Iterator[Finding]:
    found = platform.python_version()
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        packages = ", ".join(f"{name} {version(name)}" for name in ("dbt-core", "pyspark"))
        yield Finding("Python", "ok", f"{found}; {packages}")
    else:
        fix = "run `rm -rf .venv && make install PYTHON=python3.11`"
        yield Finding("Python", "failure", found, fix)


def _settings_agree(settings: Settings) -> Iterator[Finding]:
    file = PROJECT_ROOT / ".env"
    written = dotenv_values(file) if file.exists() else {}
    exported = environment_variables()
    stale = [name for name, value in written.items() if exported.get(name, value) != value]
    if stale:
        yield Finding(
            "settings",
            "warning",
            f"the environment and .env differ in {', '.join(stale)}; the environment counts",
            "run `source .venv/bin/activate` again",
        )
    else:
        yield Finding("settings", "ok", f"target {settings.target}, data in {settings.data_folder}")


def _java(settings: Settings) -> Iterator[Finding]:
    java = find_java(settings)
    yield Finding("Java", "ok", f"{java.version} ({java.origin}: {java.executable})")


def _libraries(settings: Settings) -> Iterator[Finding]:
    if not folder_of_edition(settings).exists():
        yield Finding(
            "libraries", "warning", "not fetched yet", "run `warehouse up`, which fetches them"
        )
        return
    libraries = fetch_libraries(settings, find_java(settings), lambda line: None)
    yield Finding("libraries", "ok", f"checksums agree ({libraries.folder})")


def _memory(settings: Settings) -> Iterator[Finding]:
    machine = machine_memory_mib()
    budget = memory_budget(settings, machine)
    needed = budget.spark_heap + budget.metastore_heap + (1 + settings.datanodes) * budget.hdfs_heap
    detail = f"{machine / 1024:.1f} GiB, of which Spark's heap may take {budget.spark_heap} MiB"
    if needed > machine * 85 // 100:
        yield Finding(
            "memory",
            "warning",
            f"{detail}: little is left for anything else",
            "set WAREHOUSE_MEMORY_MIB lower, or WAREHOUSE_DATANODES=1",
        )
    else:
        yield Finding("memory", "ok", detail)


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(p for p in [settings.data_folder, *settings.data_folder.parents] if p.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 2**30:.1f} GiB free for {settings.data_folder}"
    if free < SMALLEST_FREE_DISK:
        yield Finding(
            "disk",
            "failure",
            detail,
            "free some space, or set WAREHOUSE_DATA_FOLDER to a folder on another disk",
        )
    else:
        yield Finding("disk", "ok", detail)


def _services(settings: Settings) -> Iterator[Finding]:
    for service in services(settings):
        process = processes.find(settings, service.name)
        if process is not None and service.is_ready():
            yield Finding(service.name, "ok", f"answers on port {service.ports[0]}")
        elif process is not None:
            yield Finding(
                service.name,
                "failure",
                f"process {process.pid} runs but does not answer on port {service.ports[0]}",
                f"see `warehouse logs {service.name}`, then `warehouse restart {service.name}`",
            )
        else:
            taken = [port for port in service.ports if not ports.port_is_free(port)]
            if taken:
                yield Finding(
                    service.name,
                    "failure",
                    f"not running, and port {taken[0]} is taken by {ports.port_owner(taken[0])}",
                    "stop that program, or set WAREHOUSE_PORT_BASE to move all ports",
                )
            else:
                yield Finding(service.name, "failure", "not running", "run `warehouse up`")


def _existing_services(settings: Settings) -> Iterator[Finding]:
    for label, answers, address, setting in existing_services(settings):
        if answers:
            yield Finding(label, "ok", f"answers at {address}")
        else:
            yield Finding(label, "failure", f"does not answer at {address}", f"check {setting}")


def _hdfs(settings: Settings) -> Iterator[Finding]:
    try:
        state = hdfs.namenode_state(settings)
    except OSError:
        yield Finding("HDFS", "failure", "the NameNode does not answer", "run `warehouse up`")
        return
    missing = int(state.get("NumberOfMissingBlocks", 0))
    if state.get("Safemode"):
        yield Finding("HDFS", "failure", "the NameNode is in safe mode", "run `warehouse up`")
    elif missing:
        yield Finding(
            "HDFS",
            "failure",
            f"{missing} blocks are missing",
            "start every DataNode that ever held data: WAREHOUSE_DATANODES",
        )
    else:
        yield Finding("HDFS", "ok", f"{int(state['Free']) / 2**30:.1f} GiB free, no block missing")


def _metastore(settings: Settings) -> Iterator[Finding]:
    with connect(settings) as connection:
        schemas = [row[0] for row in connection.execute("show schemas").rows]
    ours = [
        layer for layer in ("raw", "staging", "marts") if settings.schema_name(layer) in schemas
    ]
    yield Finding("metastore", "ok", f"lists {len(schemas)} schemas, of ours: {', '.join(ours)}")


def _raw_zone(settings: Settings) -> Iterator[Finding]:
    from warehouse.landing.manifest.live_files import list_live_files

    # The client would retry a refused connection for minutes.
    if not hdfs_works(settings):
        fix = "run `warehouse up`" if settings.target == "embedded" else "check WAREHOUSE_HDFS_URL"
        yield Finding("raw zone", "failure", f"HDFS at {settings.hdfs} takes no file", fix)
        return
    stored = {file.path: file.length for file in hdfs.stored_files(settings, settings.raw_folder)}
    live = list_live_files(settings)
    damaged = [file for file in live if stored.get(file.stored_path) != file.byte_count]
    if damaged:
        yield Finding(
            "raw zone",
            "failure",
            f"{len(damaged)} of {len(live)} landed files are gone from HDFS or have another size, "
            f"first {damaged[0].stored_path}",
            f"`warehouse unland {damaged[0].source_system} {damaged[0].file_name}`, "
            "then land it again",
        )
    else:
        yield Finding("raw zone", "ok", f"{len(live)} landed files, each of its full size")
