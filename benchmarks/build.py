"""How long every mart takes from CSV logs in HDFS: by dbt, by DuckDB and by a PySpark job.

Run on a started warehouse: `.venv/bin/python benchmarks/build.py [--lines 10000000]`. A shop
without defects is generated and landed in schemas of its own. All three begin with the same files
and end with the same marts, which are summed up and compared. The Thrift Server is stopped while
PySpark runs, and started again. A round of two million lines takes ten minutes on two cores.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.warehouses import Warehouse, clean_plan, drop_schemas, running
from generator.generation import generate
from warehouse import lifecycle
from warehouse.landing.manifest.live_files import list_live_files
from warehouse.services.configuration import JAVA_OPTIONS
from warehouse.services.java import find_java
from warehouse.services.libraries import fetch_libraries
from warehouse.services.machine import processes
from warehouse.services.machine.memory import machine_memory_mib, memory_budget
from warehouse.settings import Settings, load_settings
from warehouse.sql.connection import connect

DAYS = 10
USERS_FOR_EVENTS = 100
NUMBERS = ("int", "bigint", "decimal", "double", "float", "smallint", "tinyint")
NESTED = ("array", "map", "struct", "binary")
RELATIVE_ERROR = 1e-9
OF_PYSPARK = "benchmark_pyspark_"
# They describe publications and a ledger; a job has neither.
OF_BUILDS = ("publications", "ledger_reconciliation")


def summaries(settings: Settings, marts: dict[str, str]) -> dict[str, str]:
    """For each mart a query that both engines understand: the sum or the count of each column.

    Args:
        marts: the relation of each.
    """
    queries = {}
    with connect(settings) as connection:
        for mart, relation in marts.items():
            asked = ["count(*)"]
            for name, kind, *_ in connection.execute(f"describe {relation}").rows:
                if not kind or name.startswith("#"):
                    break
                if kind.startswith(NESTED):
                    continue
                if kind == "boolean":
                    asked.append(f"sum(case when {name} then 1 else 0 end)")
                elif kind.startswith(NUMBERS):
                    asked.append(f"sum({name})")
                else:
                    asked.append(f"count(distinct {name})")
            queries[mart] = f"select {', '.join(asked)} from {{}}{mart}"
    return queries


def child(program: str, settings: Settings, given: dict[str, Any]) -> dict[str, Any]:
    """Run one of the rivals in a process of its own; its progress is shown."""
    environment = os.environ | {"JAVA_HOME": str(find_java(settings).executable.parent.parent)}
    environment |= {"HADOOP_USER_NAME": "warehouse", "SPARK_LOCAL_IP": "127.0.0.1"}
    answer = subprocess.run(
        [sys.executable, str(Path(__file__).with_name(program))],
        input=json.dumps(given),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answered: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return answered


def duckdb_build(warehouse: Warehouse, queries: dict[str, str]) -> dict[str, Any]:
    """The marts by DuckDB, from local copies of the landed files."""
    own = warehouse.settings.model_copy(
        update={
            "schema_prefix": warehouse.schema_prefix,
            "raw_folder": warehouse.raw_folder,
        }
    )
    copies = {path.name: path for path in warehouse.folder.glob("landed_date=*/*.csv")}
    landed = [
        {
            "file_id": file.file_id,
            "source_system": file.source_system,
            "table_name": file.table_name,
            "file_name": file.file_name,
            "landed_date": str(file.landed_date),
            "landed_at": str(file.recorded_at),
            "path": str(copies[file.file_name]),
        }
        for file in list_live_files(own)
    ]
    with tempfile.TemporaryDirectory(dir=warehouse.folder) as scratch:
        given = {mart: query.format("") for mart, query in queries.items()}
        return child(
            "duckdb_build.py",
            warehouse.settings,
            {"scratch": scratch, "landed": landed, "summaries": given},
        )


def compiled_steps(warehouse: Warehouse, nodes: dict[str, Any], other: str) -> list[dict[str, Any]]:
    """The queries of all models as of a full refresh, each after those it reads.

    Args:
        other: prefix of the schemas in which they are computed instead.
    """
    models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
    order = TopologicalSorter({name: node["depends_on"]["nodes"] for name, node in models.items()})
    computed = {node["relation_name"].strip() for node in models.values()}

    def elsewhere(text: str) -> str:
        """The same, but what is computed is found under the other prefix."""
        return re.sub(
            rf"\b{warehouse.schema_prefix}\w+\.\w+",
            lambda found: (
                found[0].replace(warehouse.schema_prefix, other)
                if found[0] in computed
                else found[0]
            ),
            text,
        )

    return [
        {
            "name": node["name"],
            "relation": elsewhere(node["relation_name"].strip()),
            "query": elsewhere(node["compiled_code"]),
            "is_view": node["config"]["materialized"] == "view",
        }
        for node in map(models.get, order.static_order())
        if node and node["name"] not in OF_BUILDS
    ]


def pyspark_build(warehouse: Warehouse, nodes: dict[str, Any], other: str) -> dict[str, Any]:
    """The marts by one PySpark job, with the memory and the properties of the Thrift Server."""
    settings = warehouse.settings
    libraries = fetch_libraries(settings, find_java(settings), print)
    folder = settings.data_folder.resolve() / "configuration" / "thrift_server"
    text = (folder / "spark.properties").read_text()
    properties = dict(line.split(" ", 1) for line in text.splitlines())
    heap = memory_budget(settings, machine_memory_mib()).spark_heap
    properties |= {
        "spark.driver.memory": f"{heap}m",
        "spark.driver.extraClassPath": f"{folder}:{libraries.class_path('spark')}",
        "spark.driver.extraJavaOptions": " ".join([*JAVA_OPTIONS, "-XX:+UseParallelGC"]),
    }
    steps = compiled_steps(warehouse, nodes, other)
    schemas = sorted({step["relation"].split(".")[0] for step in steps})
    drop_schemas(settings, other)
    processes.stop(running(settings, "thrift-server"))
    try:
        return child(
            "pyspark_build.py",
            settings,
            {"properties": properties, "schemas": schemas, "steps": steps},
        )
    finally:
        lifecycle.up(settings)


def differing(ours: dict[str, list[str]], theirs: dict[str, list[str]]) -> list[str]:
    """The marts of which two summaries differ by more than the rounding of floats."""

    def is_alike(one: str, other: str) -> bool:
        if one == other:
            return True
        try:
            mine, yours = float(one), float(other)
        except ValueError:
            return False
        return abs(mine - yours) <= RELATIVE_ERROR * max(abs(mine), abs(yours), 1.0)

    return [
        f"{mart}: {ours[mart]} against {theirs[mart]}"
        for mart in ours
        if not all(map(is_alike, ours[mart], theirs[mart]))
    ]


def prepared(lines: int, settings: Settings) -> Warehouse:
    """A warehouse in which a shop of so many event lines has landed and nothing is built."""
    # Each size has its own, for its files have the same names.
    name = f"build_{lines}"
    warehouse = Warehouse(name, settings.data_folder / "benchmark" / name, settings)
    events = lines // DAYS
    users = max(events // USERS_FOR_EVENTS, 10)
    generate(warehouse.folder, clean_plan(DAYS, events, users, 2000, 0.0))
    print("Landing", flush=True)
    warehouse.prepare()
    warehouse.run("warehouse", "land", "shop", *sorted(warehouse.folder.glob("landed_date=*")))
    return warehouse


def dbt_build(warehouse: Warehouse) -> dict[str, float]:
    """Every model again, by a server that restarts; gives the seconds of each model.

    Neither dbt nor a PySpark job has compiled code that the other lacks.
    """
    lifecycle.restart(warehouse.settings, ["thrift-server"])
    warehouse.build("--full-refresh")
    return warehouse.models[-1]


def compiled_nodes(warehouse: Warehouse) -> dict[str, Any]:
    """dbt's nodes with the queries of a full refresh."""
    warehouse.run("dbt", "compile", "--full-refresh")
    manifest = json.loads((warehouse.folder / "target" / "manifest.json").read_text())
    nodes: dict[str, Any] = manifest["nodes"]
    return nodes


def summarized(
    settings: Settings, marts: dict[str, str], queries: dict[str, str]
) -> dict[str, list[str]]:
    """What is in the marts that dbt built."""
    with connect(settings) as connection:
        return {
            mart: [
                str(value)
                for value in connection.execute(
                    query.format(marts[mart].rpartition(".")[0] + ".")
                ).rows[0]
            ]
            for mart, query in queries.items()
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    settings = load_settings()
    warehouse = prepared(asked.lines, settings)
    seconds: dict[str, list[float]] = {"dbt": [], "DuckDB": [], "PySpark": []}
    models: dict[str, list[dict[str, float]]] = {"dbt": [], "PySpark": []}
    is_equal = True
    for number in range(1, asked.rounds + 1):
        print(f"Round {number} of {asked.rounds}", flush=True)
        models["dbt"].append(dbt_build(warehouse))
        seconds["dbt"].append(warehouse.seconds[-1])
        print(f"  dbt: {warehouse.seconds[-1]:.1f} s", flush=True)
        nodes = compiled_nodes(warehouse)
        marts = {
            node["name"]: node["relation_name"].strip()
            for node in nodes.values()
            if node["resource_type"] == "model"
            and node["schema"].endswith("marts_candidate")
            and node["config"]["materialized"] != "view"
        }
        queries = summaries(settings, marts)
        found = summarized(settings, marts, queries)
        rival = duckdb_build(warehouse, queries)
        seconds["DuckDB"].append(rival["seconds"])
        print(f"  DuckDB: {rival['seconds']:.1f} s", flush=True)
        differences = differing(found, rival["summaries"])
        print("  Marts that differ from DuckDB's:", "\n  ".join(differences) or "none", flush=True)
        is_equal = is_equal and not differences
        job = pyspark_build(warehouse, nodes, OF_PYSPARK)
        seconds["PySpark"].append(job["seconds"])
        models["PySpark"].append(job["steps"])
        print(f"  PySpark: {job['seconds']:.1f} s", flush=True)
    report(asked.lines, seconds, models)
    warehouse.remove()
    drop_schemas(settings, OF_PYSPARK)
    if not is_equal:
        sys.exit("Not every mart was equal: see above")


def report(
    lines: int, seconds: dict[str, list[float]], models: dict[str, list[dict[str, float]]]
) -> None:
    """Print the medians of the rounds.

    Args:
        seconds: of each way, those of each round.
        models: of each way that reports them, the seconds of each model in each round.
    """
    print(f"\n{lines:,} event lines to every mart, medians of {len(seconds['dbt'])}, in seconds")
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    for name, value in middle.items():
        print(f"{name:8} {value:8.1f}   dbt takes {middle['dbt'] / value:.2f} times as long")
    ours, theirs = (
        {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
        for rounds in (models["dbt"], models["PySpark"])
    )
    print("\nmodel                                 dbt, four at once   PySpark, one by one")
    for name in sorted(theirs, key=lambda name: -ours.get(name, 0)):
        print(f"{name:36} {ours.get(name, 0):12.1f} {theirs[name]:16.1f}")


if __name__ == "__main__":
    main()
