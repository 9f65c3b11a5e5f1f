"""What breaks beneath a run, and the moment for it."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from hdfs_native import Client, WriteOptions

from warehouse.services.airflow.components import running
from warehouse.services.hdfs import client
from warehouse.services.machine import processes
from warehouse.settings import Settings

from .airflow_runs import DagRun
from .conftest import Airflow, Run
from .table_snapshots import Query, current_snapshots

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


def write_a_row_twice(query: Query, table: str, condition: str) -> None:
    """Write one of the rows that meet a condition once more, as if a build had done it.

    A table that does not remember its snapshot as its own would be made anew.
    """
    query(f"insert into {table} select * from {table} where {condition} limit 1")
    snapshot = current_snapshots([table], query)[table]
    query(f"alter table {table} set tblproperties ('absorbed.self' = '{snapshot}')")


@contextmanager
def without_files(settings: Settings, query: Query, files: dict[str, str]) -> Iterator[int]:
    """Within the block there are no data files of some partitions: who reads them, fails.

    Args:
        files: for a table, by schema and name, a condition on its partitions.

    Yields:
        How many files are away.
    """
    paths = [
        urlsplit(path).path
        for table, condition in files.items()
        for (path,) in query(f"select file_path from {table}.files where {condition}")
    ]
    hdfs = client(settings.hdfs)
    with ExitStack() as taken_away:
        for path in paths:
            hdfs.rename(path, f"{path}.away")
            taken_away.callback(hdfs.rename, f"{path}.away", path)
        yield len(paths)


def leave_orphans(scheduled: Airflow, beside: str) -> tuple[Client, str]:
    """Leave `old.parquet`, of four days ago, and `new.parquet`, as a killed writer does.

    Args:
        beside: a data file, as Iceberg tells of it.

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
