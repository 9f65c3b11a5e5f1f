"""Every mart from the same files by hand-written DuckDB SQL: that of the tests' oracle.

It was written to be right rather than fast, but does nothing that grows faster than the lines.
Run by `build.py` in a process of its own. Prints the seconds; keeps a summary of every mart.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.oracle.database import AREAS
from warehouse.settings import PROJECT_ROOT

LINES = Path(__file__).with_name("lines_of_a_clean_shop.sql")
ATTEMPTS = 8
TABLES = ("events", "orders", "users", "products")
COLUMNS = "file_id, source_system, table_name, file_name, landed_date, landed_at, path"


def connect(database: Path) -> duckdb.DuckDBPyConnection:
    """A connection with two threads and 12 GB of memory.

    It stores no dictionaries: DuckDB 2.0.0 ends large joins over them with an internal error.
    """
    connection = duckdb.connect(database, config={"threads": 2})
    connection.execute("set disabled_compression_methods = 'dictionary,dict_fsst'")
    connection.execute("set timezone = 'UTC'")
    connection.execute("set memory_limit = '12GB'")
    connection.execute("set preserve_insertion_order = false")
    return connection


def run(database: Path, step: Path) -> float:
    """Execute the statements of a file and give the seconds they took.

    Where DuckDB ends one with an internal error all the same, the database is reopened and the
    statement repeated: only the attempt that succeeds counts.
    """
    connection = connect(database)
    seconds = 0.0
    for statement in connection.extract_statements(step.read_text()):
        for attempts_left in reversed(range(ATTEMPTS)):
            begun = time.perf_counter()
            try:
                connection.execute(statement)
                break
            except duckdb.InternalException as error:
                if not attempts_left:
                    raise
                print(f"  DuckDB: {str(error).splitlines()[0]}", file=sys.stderr, flush=True)
                connection.close()
                connection = connect(database)
        seconds += time.perf_counter() - begun
    connection.close()
    return seconds


def main(scratch: Path, landed: list[dict[str, str]], summaries: dict[str, str]) -> None:
    """Compute the marts and print what it took and what is in them, as JSON.

    Args:
        scratch: for the database, which may be larger than memory.
        landed: what landing recorded of each file, with the path of a local copy.
        summaries: of each mart, the columns of a query that sums it up.
    """
    database = scratch / "marts.duckdb"
    started = time.perf_counter()
    with connect(database) as connection:
        rows = ", ".join(
            "('{file_id}', '{source_system}', '{table_name}', '{file_name}', "
            "date '{landed_date}', timestamp '{landed_at}', '{path}')".format(**file)
            for file in landed
        )
        connection.execute(f"create table landed as from (values {rows}) as t({COLUMNS})")
        for table in TABLES:
            paths = [file["path"] for file in landed if file["table_name"] == table]
            connection.execute(
                f"create view read_{table} as select landed.*, read.* exclude (filename) "
                f"from read_csv({paths}, header = true, all_varchar = true, filename = true, "
                "union_by_name = true, hive_partitioning = false) as read "
                "inner join landed on landed.path = read.filename"
            )
        for seed in PROJECT_ROOT.glob("seeds/*/*.csv"):
            connection.execute(f"create table seed_{seed.stem} as from read_csv('{seed}')")
    seconds = {"files and seeds": time.perf_counter() - started}
    for step in [LINES, *(PROJECT_ROOT / "tests" / "oracle" / f"{area}.sql" for area in AREAS)]:
        seconds[step.stem] = run(database, step)
        print(f"  DuckDB {step.stem}: {seconds[step.stem]:.1f} s", file=sys.stderr, flush=True)
    with connect(database) as connection:
        found = {
            mart: [str(value) for value in row]
            for mart, query in summaries.items()
            for row in connection.execute(query).fetchall()
        }
    print(json.dumps({"seconds": sum(seconds.values()), "steps": seconds, "summaries": found}))


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    main(Path(asked["scratch"]), asked["landed"], asked["summaries"])
