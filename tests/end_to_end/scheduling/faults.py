"""What breaks beneath a scheduled run, and the moment for it."""

import os
import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

from hdfs_native import Client, WriteOptions

from warehouse.services.airflow.components import running
from warehouse.services.hdfs import client
from warehouse.services.machine import processes

from ..conftest import Run
from .instance import Airflow
from .runs import DagRun

ORPHAN = b"left by a killed writer"


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


def leave_orphans(scheduled: Airflow, beside: str) -> tuple[Client, str]:
    """Leave `old.parquet`, of four days ago, and `new.parquet`, as a killed writer does.

    Args:
        beside: a data file, as Iceberg lists it.

    Returns:
        A client of HDFS, and the folder.
    """
    hdfs = client(scheduled.settings.hdfs)
    folder = str(Path(urlsplit(beside).path).parent)
    four_days_ago = int((time.time() - 4 * 86400) * 1000)
    for name in ("old", "new"):
        with hdfs.create(f"{folder}/{name}.parquet", WriteOptions(create_parent=True)) as file:
            file.write(ORPHAN)
    hdfs.set_times(f"{folder}/old.parquet", four_days_ago, four_days_ago)
    return hdfs, folder
