"""How fast generation is, beside other ways to make such a table, in one run.

Run it with `.venv/bin/python benchmarks/generator.py [--lines 20000000]`. Two of the rivals are not
part of the project's environment; what is absent is left out with a line that says so. To have them
beside it run `uv pip install --no-deps dbldatagen jmespath pandas jafgen`; to be rid of them again,
`make install`.
"""

import argparse
import importlib.util
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from faker import Faker

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.warehouses import design_day_plan
from benchmarks.watching import meanwhile
from generator.generation import generate
from warehouse.landing.sources import load_source
from warehouse.services.java import find_java
from warehouse.services.machine.memory_use import family_memory
from warehouse.settings import load_settings

FAKER_ROWS = 20_000
SPARK_ROWS = 1_000_000
JAFGEN_YEARS = 1
SECONDS_BETWEEN_LOOKS = 0.25
TEXT = pa.string()
EVENT_TYPES = ("view", "wishlist", "add_to_cart", "remove_from_cart", "purchase", "return", "exit")


@dataclass
class Result:
    """What one way to make a table achieved."""

    name: str
    lines: int
    byte_count: int
    seconds: float
    memory: int | None = None

    @property
    def lines_per_second(self) -> float:
        """Lines written in a second."""
        return self.lines / self.seconds

    @property
    def bytes_per_second(self) -> float:
        """Bytes written in a second."""
        return self.byte_count / self.seconds


class Memory:
    """The most memory that this process and its children held at once when looked at, in bytes.

    What several of them share counts once.
    """

    def __init__(self) -> None:
        self.most = 0

    def look(self) -> None:
        """Take in what they hold now."""
        self.most = max(self.most, family_memory(psutil.Process()))


def ours(folder: Path, lines: int) -> Result:
    """Generate the design day at another size, with dirt and ledger on."""
    plan = design_day_plan(lines)
    memory = Memory()
    with meanwhile(memory.look, SECONDS_BETWEEN_LOOKS):
        started = time.perf_counter()
        summary = generate(folder, plan)
        seconds = time.perf_counter() - started
    return Result(
        f"ours, {os.cpu_count()} workers",
        summary.total("line_count"),
        summary.total("byte_count"),
        seconds,
        memory.most,
    )


def finished_table(folder: Path) -> pa.Table:
    """The sound lines of one generated events file as a typed table, moments as text."""
    source = next(folder.glob("landed_date=*/events_*.csv"))
    table = pyarrow.csv.read_csv(
        source,
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict.fromkeys(load_source("shop").table("events").required_columns, TEXT),
            check_utf8=False,
        ),
        parse_options=pyarrow.csv.ParseOptions(invalid_row_handler=lambda row: "skip"),
    )
    sound = pc.match_substring_regex(table["quantity"], "^[0-9]?$")
    sound = pc.and_(sound, pc.match_substring_regex(table["price"], "^([0-9]+[.][0-9]{2})?$"))
    table = table.filter(sound)
    for name, kind in (("quantity", pa.int64()), ("price", pa.float64())):
        values = pc.if_else(pc.equal(table[name], ""), None, table[name])
        table = table.set_column(table.column_names.index(name), name, values.cast(kind))
    return table.combine_chunks()


def bare_pyarrow(folder: Path) -> Result:
    """Write the finished table with pyarrow in one process."""
    table = finished_table(folder)
    target = folder / "bare.csv"
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    started = time.perf_counter()
    pyarrow.csv.write_csv(table, target, options)
    seconds = time.perf_counter() - started
    return Result("bare pyarrow write", table.num_rows, target.stat().st_size, seconds)


def faker_per_row(folder: Path) -> Result:
    """Write rows of the same columns, each drawn with Faker."""
    fake = Faker()
    fake.seed_instance(1)
    target = folder / "faker.csv"
    started = time.perf_counter()
    with target.open("w") as file:
        for _ in range(FAKER_ROWS):
            product = fake.random_int(1, 20_000)
            row = (
                fake.uuid4(),
                fake.date_time_this_year().isoformat(timespec="milliseconds") + "Z",
                fake.random_element(EVENT_TYPES),
                fake.uuid4(),
                f"U{fake.random_int(1, 100_000):07}",
                fake.uuid4(),
                f"P{product:06}",
                str(fake.random_int(1, 5)),
                str(fake.pyfloat(right_digits=2, min_value=1, max_value=500)),
                "",
                fake.uri_path(),
                fake.random_element(("direct", "search", "email")),
                fake.random_element(("mobile", "desktop", "tablet")),
                fake.ipv4(),
                f'"{fake.user_agent()}"',
            )
            file.write(",".join(row) + "\n")
    seconds = time.perf_counter() - started
    return Result("Faker, row by row", FAKER_ROWS, target.stat().st_size, seconds)


def dbldatagen_on_spark(folder: Path) -> Result:
    """Write a table of the same columns with dbldatagen on local Spark.

    Raises:
        ImportError: dbldatagen is not installed.
    """
    if importlib.util.find_spec("dbldatagen") is None:
        raise ImportError("dbldatagen is not installed")
    java = find_java(load_settings()).executable
    os.environ["JAVA_HOME"] = str(java.resolve().parent.parent)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    import dbldatagen
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    try:
        spec = (
            dbldatagen.DataGenerator(spark, rows=SPARK_ROWS, partitions=4, randomSeed=1)
            .withColumn("event_id", "string", expr="concat('e', hex(id))")
            .withColumn("event_time", "timestamp", begin="2024-03-01 00:00:00",
                        end="2024-03-01 23:59:59", interval="1 second", random=True)
            .withColumn("event_type", "string", values=list(EVENT_TYPES), random=True)
            .withColumn("visitor_id", "string", prefix="v", minValue=1,
                        maxValue=1_000_000_000, random=True)
            .withColumn("user_id", "string", prefix="U", minValue=1,
                        maxValue=1_000_000, random=True)
            .withColumn("session_id", "string", prefix="s", minValue=1,
                        maxValue=1_000_000_000, random=True)
            .withColumn("product_id", "string", prefix="P", minValue=1,
                        maxValue=20_000, random=True)
            .withColumn("quantity", "int", minValue=1, maxValue=5, random=True)
            .withColumn("price", "decimal(10,2)", minValue=1, maxValue=500, random=True)
            .withColumn("order_id", "string", prefix="o", minValue=1,
                        maxValue=1_000_000_000, random=True)
            .withColumn("page_url", "string", prefix="/product/shoes/P", minValue=1,
                        maxValue=20_000, random=True)
            .withColumn("traffic_source", "string", values=["direct", "search"], random=True)
            .withColumn("device_type", "string", values=["mobile", "desktop"], random=True)
            .withColumn("ip_address", "string", prefix="10.112.65.", minValue=1,
                        maxValue=255, random=True)
            .withColumn("user_agent", "string", values=["Mozilla/5.0 (Android 14) Chrome/122.0",
                        "Mozilla/5.0 (X11; Linux) Firefox/123.0"], random=True)
        )  # fmt: skip
        spark.range(1000).selectExpr("sum(id)").collect()  # a warm session
        target = folder / "dbldatagen"
        started = time.perf_counter()
        spec.build().write.csv(str(target), header=True)
        seconds = time.perf_counter() - started
    finally:
        spark.stop()
    written = sum(path.stat().st_size for path in target.glob("*.csv"))
    return Result("dbldatagen on Spark", SPARK_ROWS, written, seconds)


def jafgen_orders(folder: Path) -> Result:
    """Have jafgen write its shop; its rows are those of all its tables.

    Raises:
        ImportError: jafgen is not installed.
    """
    if importlib.util.find_spec("jafgen") is None:
        raise ImportError("jafgen is not installed")
    target = folder / "jafgen"
    target.mkdir()
    program = Path(sys.executable).parent / "jafgen"
    started = time.perf_counter()
    subprocess.run(
        [str(program), str(JAFGEN_YEARS)], cwd=target, check=True, stdout=subprocess.DEVNULL
    )
    seconds = time.perf_counter() - started
    files = list(target.rglob("*.csv"))
    lines = sum(path.read_bytes().count(b"\n") - 1 for path in files)
    return Result("jafgen", lines, sum(path.stat().st_size for path in files), seconds)


def print_results(results: list[Result]) -> None:
    """Print a table; ratios say how often each way's lines go into ours per second."""
    print(
        f"\n{'':22}{'lines':>12}{'MB':>9}{'seconds':>9}{'lines/s':>12}{'MB/s':>8}"
        f"{'ours is':>14}{'memory':>11}"
    )
    for result in results:
        ratio = results[0].lines_per_second / result.lines_per_second
        memory = f"{result.memory / 2**20:,.0f} MiB" if result.memory else ""
        print(
            f"{result.name:22}{result.lines:>12,}{result.byte_count / 1e6:>9,.0f}"
            f"{result.seconds:>9.2f}{result.lines_per_second:>12,.0f}"
            f"{result.bytes_per_second / 1e6:>8,.1f}{ratio:>7,.2f} times{memory:>11}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000_000)
    options = parser.parse_args()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    results = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ways: list[Callable[[], Result]] = [
            lambda: ours(folder, options.lines),
            lambda: bare_pyarrow(folder),
            lambda: faker_per_row(folder),
            lambda: dbldatagen_on_spark(folder),
            lambda: jafgen_orders(folder),
        ]
        for number, way in zip(itertools.count(1), ways, strict=False):
            try:
                results.append(way())
                print(f"{number} of {len(ways)}: {results[-1].name}", flush=True)
            except ImportError as error:
                print(f"{number} of {len(ways)}: left out, {error}", flush=True)
    print_results(results)


if __name__ == "__main__":
    main()
