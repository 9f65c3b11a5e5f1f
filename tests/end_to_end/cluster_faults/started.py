"""The services of the cluster of the tests, and what is true when one was repaired."""

import signal

from warehouse.services import hdfs
from warehouse.services.machine import processes
from warehouse.services.services import services
from warehouse.settings import Settings

from ..conftest import Run
from ..table_snapshots import Query

KEPT = "raw.kept_over_a_crash"


def pids(settings: Settings) -> dict[str, int]:
    found = {s.name: processes.find(settings, s.name) for s in services(settings)}
    return {name: process.pid for name, process in found.items() if process}


def assert_repaired(cluster: Settings, warehouse: Run, query: Query, service: str) -> None:
    """Kill a service: `status` and `doctor` name it, `up` starts it, and nothing is lost."""
    process = processes.find(cluster, service)
    assert process is not None
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert warehouse("status", check=False).returncode == 3
    assert f"{service}: " in warehouse("doctor", check=False).stdout
    warehouse("up")
    assert query(f"select n from {KEPT}") == [(42,)]
    hdfs.round_trip(cluster)
    assert warehouse("status").returncode == 0
