"""Which snapshots tables have, had at a moment, and whether their rows are those of before."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

Query = Callable[[str], list[tuple]]


def manifest_of(environment: dict[str, str]) -> dict:
    """What dbt parsed last."""
    return json.loads((Path(environment["DBT_TARGET_PATH"]) / "manifest.json").read_text())


def tables(environment: dict[str, str], tag: str = "") -> list[str]:
    """Every model that is stored, or those with a tag, as schema and name."""
    return [
        f"{node['schema']}.{node['name']}"
        for node in manifest_of(environment)["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"]["materialized"] != "view"
        and (not tag or tag in node["tags"])
    ]


def snapshots(query: Query, environment: dict[str, str]) -> dict[str, int]:
    """The current snapshot of every table."""
    return current_snapshots(tables(environment), query)


def current_snapshots(tables: Iterable[str], query: Query) -> dict[str, int]:
    """The current snapshot of each table."""
    return {
        table: query(f"select snapshot_id from {table}.refs where name = 'main'")[0][0]
        for table in tables
    }


def snapshots_at(moment: str, tables: Iterable[str], query: Query) -> dict[str, int]:
    """The snapshot of each table that was the current one at a moment."""
    return {
        table: query(
            f"select max_by(snapshot_id, committed_at) from {table}.snapshots "
            f"where committed_at <= timestamp'{moment}'"
        )[0][0]
        for table in tables
    }


def assert_equal(query: Query, before: dict[str, int], why: str) -> None:
    """Every table has the rows that it had in an earlier snapshot, no more and no less."""
    for table, snapshot in before.items():
        then = f"select * from {table} version as of {snapshot}"
        # An array cannot be compared as a set; its text can. Of a sketch the estimate counts.
        columns = ", ".join(
            f"hll_sketch_estimate({name})"
            if kind == "binary"
            else f"to_json({name})"
            if kind.startswith(("array", "map"))
            else name
            for name, kind, *_ in query(f"describe {table}")
            if kind and not name.startswith("#")
        )
        # `except all` both ways in one pass: rows that are there more often on one side.
        difference = query(
            f"select {columns}, sum(side) from (select *, 1 as side from {table} "
            f"union all select *, -1 as side from ({then})) group by all having sum(side) != 0 "
            "limit 3"
        )
        assert not difference, f"{why}: {table} differs: {difference}"
