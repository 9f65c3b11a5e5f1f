"""The same queries as one PySpark job: each result written once, as Parquet, and nothing else.

Run by `build.py` in a process of its own, while the Thrift Server is stopped. There is no dbt, no
Iceberg, no test and no publication: what is left is what the queries themselves cost.
"""

import json
import sys
import time
from typing import Any

from pyspark.sql import SparkSession


def session_of(properties: dict[str, str]) -> SparkSession:
    """A session with the Thrift Server's own properties."""
    builder = SparkSession.builder
    for name, value in properties.items():
        builder = builder.config(name, value)
    return builder.enableHiveSupport().getOrCreate()


def main(properties: dict[str, str], schemas: list[str], steps: list[dict[str, Any]]) -> None:
    """Run the queries and print the seconds of all and of each, as JSON.

    Args:
        schemas: none of which exists.
        steps: each with a name, a relation, a query, and whether it is a view.
    """
    session = session_of(properties)
    for schema in schemas:
        session.sql(f"create database {schema}")
    seconds: dict[str, float] = {}
    started = time.perf_counter()
    for step in steps:
        begun = time.perf_counter()
        if step["is_view"]:
            session.sql(f"create view {step['relation']} as {step['query']}")
        else:
            table = session.sql(step["query"])
            table.write.format("parquet").saveAsTable(step["relation"])
        seconds[step["name"]] = time.perf_counter() - begun
        print(
            f"  PySpark {step['name']}: {seconds[step['name']]:.1f} s", file=sys.stderr, flush=True
        )
    taken = time.perf_counter() - started
    session.stop()
    print(json.dumps({"seconds": taken, "steps": seconds}))


if __name__ == "__main__":
    main(**json.load(sys.stdin))
