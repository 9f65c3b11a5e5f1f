"""Warehouses of benchmarks: schemas of their own on the started cluster."""

import json
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from generator.plan import Catalogue, Dirt, People, Plan, load_plan
from warehouse.errors import WarehouseError
from warehouse.services import hdfs
from warehouse.services.machine import processes
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.sql.connection import connect
from warehouse.sql.dbt_environment import dbt_environment

LINES_OF_A_USER = 100
_KINDS_OF_DIRT = (
    "duplicate",
    "resent",
    "malformed",
    "skewed",
    "oddities",
    "orphan_users",
    "orphan_products",
)


@dataclass
class Warehouse:
    """A warehouse with schemas of its own, and what its builds took.

    Attributes:
        name: also of its schemas.
        folder: for its logs and what dbt writes.
        seconds, server_seconds: of each build, by the clock and of the server's processors.
        models: of each build, the seconds of each model.
    """

    name: str
    folder: Path
    settings: Settings
    seconds: list[float] = field(default_factory=list)
    server_seconds: list[float] = field(default_factory=list)
    models: list[dict[str, float]] = field(default_factory=list)

    @property
    def schema_prefix(self) -> str:
        """What the names of its schemas begin with."""
        return f"benchmark_{self.name}_"

    @property
    def raw_folder(self) -> str:
        """Where its logs land in HDFS."""
        return f"/benchmark/{self.name}"

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which the project's programs see this warehouse."""
        return {
            **dbt_environment(self.settings),
            "WAREHOUSE_SCHEMA_PREFIX": self.schema_prefix,
            "WAREHOUSE_RAW_FOLDER": self.raw_folder,
            "DBT_TARGET_PATH": str(self.folder / "target"),
        }

    def prepare(self) -> None:
        """Make its schemas again, and load the seeds that models read."""
        self.remove()
        self.run("warehouse", "up")
        self.run("dbt", "seed")

    def remove(self) -> None:
        """Drop its schemas and delete its files, as far as there are any."""
        drop_schemas(self.settings, self.schema_prefix)
        hdfs.client(self.settings.hdfs).delete(self.raw_folder, True)

    def run(self, program: str, *arguments: str | Path) -> None:
        """Run a program of the project; its output is shown only when it fails."""
        answer = subprocess.run(
            [Path(sys.executable).with_name(program), *arguments],
            env=self.environment,
            cwd=PROJECT_ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode:
            sys.exit(f"{program} {arguments}\n{answer.stdout[-3000:]}{answer.stderr[-1000:]}")

    def build(self, *options: str) -> None:
        """Run every model, and keep what it took."""
        server = running(self.settings, "thrift-server")
        times = server.cpu_times()
        started = time.perf_counter()
        self.run("dbt", "run", *options)
        self.seconds.append(time.perf_counter() - started)
        after = server.cpu_times()
        self.server_seconds.append(after.user + after.system - times.user - times.system)
        results = json.loads((self.folder / "target" / "run_results.json").read_text())["results"]
        self.models.append(
            {result["unique_id"].rpartition(".")[2]: result["execution_time"] for result in results}
        )


def running(settings: Settings, service: str) -> psutil.Process:
    """The process of a service; without it there is nothing to measure."""
    process = processes.find(settings, service)
    if process is None:
        sys.exit(f"{service} does not run")
    return process


def drop_schemas(settings: Settings, prefix: str) -> None:
    """Drop the schemas whose names begin so, with their tables and files."""
    files = hdfs.client(settings.hdfs)
    with connect(settings) as connection:
        for schema, *_ in connection.execute(f"show schemas like '{prefix}*'").rows:
            # Iceberg's catalog drops it, then does not find it any more.
            with suppress(WarehouseError):
                connection.execute(f"drop schema {schema} cascade")
            files.delete(f"{settings.tables_folder}/{schema}.db", True)
        if left := connection.execute(f"show schemas like '{prefix}*'").rows:
            sys.exit(f"Not dropped: {left}")


def clean_plan(days: int, events_per_day: int, users: int, products: int, late: float) -> Plan:
    """A shop without defects, whose people and products are all there from the first day on.

    Args:
        late: share of event lines that land a day or more after they happened.
    """
    clean = dict.fromkeys(_KINDS_OF_DIRT, 0.0) | {"byte_order_marks": False}
    return Plan(
        days=days,
        users=users,
        products=products,
        events_per_day=events_per_day,
        people=People(signed_up_before=1, deletions=0),
        catalogue=Catalogue(launched_before=1, discontinued=0),
        dirt=Dirt(late=late, **clean),
    )


def without_returns(plan: Plan) -> Plan:
    """The same shop, to which nothing is sent back.

    Returns come up to twenty days after their orders: each day then changes as many dates.
    """
    return plan.model_copy(update={"intent": plan.intent.model_copy(update={"returned": 0.0})})


def design_day_plan(lines: int) -> Plan:
    """The design day at another size, with dirt and ledger on."""
    return load_plan("design_day", users=max(1000, lines // LINES_OF_A_USER), events_per_day=lines)
