"""The embedded cluster under faults: whatever is killed, alone or together, or interrupted."""

import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from warehouse.services import hdfs
from warehouse.services.machine import processes
from warehouse.services.services import services
from warehouse.settings import PROJECT_ROOT, Settings

from ..conftest import Run, environment_of, run_program
from ..table_snapshots import Query
from .started import KEPT, assert_repaired, pids


@pytest.mark.parametrize("service", ["postgresql", "namenode", "datanode-0", "metastore"])
def test_up__repairs_a_killed_service(
    cluster: Settings, warehouse: Run, query: Query, service: str
) -> None:
    assert_repaired(cluster, warehouse, query, service)


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
    assert len(processes.service_processes(elsewhere)) >= len(services(elsewhere))
    run_program([*warehouse, "down"], environment, True, 60, PROJECT_ROOT)
    assert not processes.service_processes(elsewhere)
