"""How long the graph takes as Airflow runs it, beside the same `dbt build`, in one run.

Run after `make demo`: `.venv/bin/python benchmarks/orchestration.py [--kinds consumers grouped …]`.
Before each build the last day's events are withdrawn, built without, and landed again, so that each
has the same to do. Airflow is started with DAGs of its own, and stopped at the end, also after
Ctrl-C. On two cores a build takes two to four minutes, `cosmos_local` takes more than ten.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.warehouses import running
from benchmarks.watching import meanwhile
from warehouse import lifecycle
from warehouse.landing.land_files import land
from warehouse.landing.manifest.live_files import list_live_files, unland
from warehouse.services.airflow import configuration, service
from warehouse.services.airflow.api import rest
from warehouse.services.machine.memory_use import family_memory
from warehouse.settings import PROJECT_ROOT, Settings, load_settings
from warehouse.sql.dbt_environment import dbt_environment

KINDS = ("consumers", "grouped", "cosmos_watcher", "cosmos_local")
SAMPLE_SECONDS = 2.0


@dataclass
class Measured:
    """What a build took.

    Attributes:
        busy_seconds: of all processors, Spark included.
        memory: most bytes of Airflow and of what it runs, or of dbt; shared pages count in part.
    """

    seconds: float = 0.0
    busy_seconds: float = 0.0
    memory: int = 0

    def __str__(self) -> str:
        return (
            f"{self.seconds:7.1f} s  {self.busy_seconds:7.1f} s of processors  "
            f"{self.memory / 2**20:6.0f} MiB"
        )


@contextmanager
def measured(root: psutil.Process) -> Iterator[Measured]:
    """Measure what happens within; the memory is that of a process and its children."""
    result = Measured()

    def look() -> None:
        with suppress(psutil.Error):
            result.memory = max(result.memory, family_memory(root))

    with meanwhile(look, SAMPLE_SECONDS):
        began, busy = time.monotonic(), busy_seconds()
        try:
            yield result
        finally:
            result.seconds = time.monotonic() - began
            result.busy_seconds = busy_seconds() - busy


def busy_seconds() -> float:
    """Seconds that the processors have worked since the machine started."""
    times = psutil.cpu_times()
    return times.user + times.system


def change(settings: Settings) -> None:
    """Bring the marts back to before the last day's events were landed, and land these."""
    live = [f for f in list_live_files(settings, "shop") if f.table_name == "events"]
    last = max(live, key=lambda file: file.landed_date)
    unland(settings, "shop", [last.file_name])
    dbt(settings, "run").wait()
    folder = settings.data_folder / "generated" / "demo" / f"landed_date={last.landed_date}"
    land(settings, "shop", [folder])


def dbt(settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a dbt command."""
    return subprocess.Popen(
        [Path(sys.executable).with_name("dbt"), *arguments],
        cwd=PROJECT_ROOT,
        env=dbt_environment(settings) | {"WAREHOUSE_PUBLISH": "manual"},
        stdout=subprocess.DEVNULL,
    )


def build_plainly(settings: Settings) -> Measured:
    """`dbt build` from the command line."""
    command = dbt(settings, "build", "--exclude-resource-type", "unit_test")
    with measured(psutil.Process(command.pid)) as result:
        code = command.wait()
    if code:
        sys.exit(f"`dbt build` failed with exit code {code}; see logs/dbt.log")
    return result


def build_scheduled(settings: Settings, kind: str) -> Measured:
    """A run of a DAG, from asking for it until it has ended."""
    run_id = f"benchmark_{time.time_ns()}"
    path = f"/api/v2/dags/{kind}/dagRuns"
    with measured(running(settings, service.NAME)) as result:
        rest(settings, "POST", path, {"dag_run_id": run_id, "logical_date": None})
        while (state := rest(settings, "GET", f"{path}/{run_id}")["state"]) in (
            "queued",
            "running",
        ):
            time.sleep(0.5)
    if state != "success":
        print(f"{kind} ended as {state}: {failed_tasks(settings, path, run_id)}", flush=True)
    return result


def failed_tasks(settings: Settings, path: str, run_id: str) -> Any:
    """The first tasks that failed."""
    listed = rest(settings, "GET", f"{path}/{run_id}/taskInstances?limit=10&state=failed")
    return [task["task_id"] for task in listed["task_instances"]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    settings = load_settings()
    configuration.DAGS_FOLDER = PROJECT_ROOT / "benchmarks" / "dags"
    results: dict[str, list[Measured]] = {}
    lifecycle.airflow_down(settings)
    lifecycle.airflow_up(settings, print)
    try:
        for number in range(options.rounds):
            for kind in ("dbt build", *options.kinds):
                change(settings)
                build = build_plainly(settings) if kind == "dbt build" else None
                results.setdefault(kind, []).append(build or build_scheduled(settings, kind))
                last = results[kind][-1]
                print(f"round {number + 1}, {kind}: {last}", flush=True)
    finally:
        lifecycle.airflow_down(settings)
    reference = min(result.seconds for result in results["dbt build"])
    print(f"best of {options.rounds}, {os.cpu_count()} cores:")
    for kind, measurements in results.items():
        best = min(measurements, key=lambda result: result.seconds)
        ratio = best.seconds / reference
        print(f"  {kind:15} ratio {ratio:5.2f}  {best}")


if __name__ == "__main__":
    main()
