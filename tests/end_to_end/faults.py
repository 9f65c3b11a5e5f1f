"""What breaks beneath a run, and the moment for it."""

import os
import signal
import time

from cluster import processes
from orchestration.components import running

from .airflow_runs import DagRun
from .conftest import Airflow, Run


def while_it_builds(run: DagRun, node: str) -> None:
    """Wait until a node is built and others are not."""
    run.wait_for_task(node, "success", "failed")
    assert run.state("build") == "running", run.explain()


def kill_thrift_server(scheduled: Airflow) -> None:
    processes.find(scheduled.settings, "thrift-server").kill()


def kill_scheduler(scheduled: Airflow) -> None:
    supervisor = processes.find(scheduled.settings, "airflow")
    os.kill(running(supervisor)["scheduler"].pid, signal.SIGKILL)


def stop_datanode(scheduled: Airflow, warehouse: Run) -> None:
    processes.stop(processes.find(scheduled.settings, "datanode-0"))
    time.sleep(5)
    warehouse("up")
