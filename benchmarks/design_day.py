"""The day the warehouse is designed for: a hundred million event lines of a million people.

Run on a started warehouse: `.venv/bin/python benchmarks/design_day.py [--lines 100000000]`. The
day is generated with its dirt, landed, and built into every mart in schemas of its own; what is
held of memory and disk is watched on the whole machine, so that nothing else should run.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.warehouses import Warehouse, design_day_plan
from benchmarks.watching import meanwhile
from generator.generation import generate
from warehouse.settings import Settings, load_settings
from warehouse.sql.connection import connect

MODELS_SHOWN = 25
SECONDS_BETWEEN_LOOKS = 2
SECONDS_BETWEEN_REPORTS = 120


class Watch:
    """The most memory that the whole machine held, and the most disk above what it held before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._disk_before = shutil.disk_usage(folder).used
        self._started = self._reported = time.monotonic()
        self.memory = 0
        self.disk = 0

    def look(self) -> None:
        """Take in what it holds now, and print it from time to time."""
        memory = psutil.virtual_memory()
        self.memory = max(self.memory, memory.total - memory.available)
        disk = shutil.disk_usage(self._folder).used - self._disk_before
        self.disk = max(self.disk, disk)
        now = time.monotonic()
        if now - self._reported > SECONDS_BETWEEN_REPORTS:
            self._reported = now
            print(
                f"  after {(now - self._started) / 60:.0f} min: most memory "
                f"{self.memory / 2**30:.1f} GiB, disk {disk / 1e9:.1f} GB",
                flush=True,
            )


def reconciled(settings: Settings, warehouse: Warehouse) -> str:
    """What became of the lines that landed, in one sentence."""
    with connect(settings) as connection:
        lines, facts, duplicates, quarantined, unreconciled = connection.execute(
            "select sum(line_count), sum(fact_count), sum(duplicate_count), "
            "sum(quarantined_count), count_if(not is_reconciled) "
            f"from {warehouse.schema_prefix}quality.file_reconciliation"
        ).rows[0]
    return (
        f"{lines:,} lines = {facts:,} facts + {duplicates:,} duplicates + {quarantined:,} "
        f"quarantined; files that do not add up: {unreconciled}"
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000_000)
    asked = parser.parse_args()
    settings = load_settings()
    watch = Watch(settings.data_folder)
    with (
        tempfile.TemporaryDirectory(dir=settings.data_folder) as scratch,
        meanwhile(watch.look, SECONDS_BETWEEN_LOOKS),
    ):
        warehouse = Warehouse("design_day", Path(scratch), settings)
        warehouse.prepare()
        started = time.perf_counter()
        generate(warehouse.folder, design_day_plan(asked.lines))
        generated = time.perf_counter()
        print(f"Generated in {generated - started:.0f} s", flush=True)
        folders = sorted(warehouse.folder.glob("landed_date=*"))
        warehouse.run("warehouse", "land", "shop", *folders)
        print(f"Landed in {time.perf_counter() - generated:.0f} s", flush=True)
        # A shop's own disk holds them; HDFS is what counts here.
        for folder in folders:
            shutil.rmtree(folder)
        warehouse.build()
        print(
            f"Built every mart in {warehouse.seconds[-1]:.0f} s, "
            f"{warehouse.server_seconds[-1]:.0f} s of the server's processors"
        )
        print(reconciled(settings, warehouse))
        slowest = sorted(warehouse.models[-1].items(), key=lambda each: -each[1])
        print("\nmodel                                 seconds, four at once")
        for name, seconds in slowest[:MODELS_SHOWN]:
            print(f"{name:36} {seconds:10.1f}")
    print(f"\nMost memory of the machine {watch.memory / 2**30:.1f} GiB, of ", end="")
    print(f"{psutil.virtual_memory().total / 2**30:.1f}; most disk {watch.disk / 1e9:.1f} GB")
    warehouse.remove()


if __name__ == "__main__":
    main()
