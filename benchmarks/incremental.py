"""What a build costs as history grows, with and without late lines, and what a rebuild costs.

Run on a started warehouse: `.venv/bin/python benchmarks/incremental.py [--days 30]`. Two shops
with the same people land day by day, in schemas of their own, and are built in turns; one has late
lines.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from cluster import processes
from cluster.environment import dbt_environment
from generator.generation import generate
from generator.plan import Catalogue, Dirt, People, Plan
from settings import PROJECT_ROOT, Settings, load_settings

LATE = 0.01
KINDS_OF_DIRT = (
    "duplicate",
    "resent",
    "malformed",
    "skewed",
    "oddities",
    "orphan_users",
    "orphan_products",
)
CLEAN = dict.fromkeys(KINDS_OF_DIRT, 0.0) | {"byte_order_marks": False}


@dataclass
class Shop:
    """One of the shops, and what its builds took.

    Attributes:
        seconds, server_seconds: of each day's build, by the clock and of the server's processors.
    """

    name: str
    folder: Path
    settings: Settings
    seconds: list[float] = field(default_factory=list)
    server_seconds: list[float] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which the project's programs see this shop's warehouse."""
        return {
            **dbt_environment(self.settings),
            "WAREHOUSE_SCHEMA_PREFIX": f"benchmark_{self.name}_",
            "WAREHOUSE_RAW_FOLDER": f"/benchmark/{self.name}",
            "DBT_TARGET_PATH": str(self.folder / "target"),
        }

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
        server = processes.find(self.settings, "thrift-server")
        times = server.cpu_times()
        started = time.perf_counter()
        self.run("dbt", "run", *options)
        self.seconds.append(time.perf_counter() - started)
        after = server.cpu_times()
        self.server_seconds.append(after.user + after.system - times.user - times.system)


def plan_of(days: int, events_per_day: int, late: float) -> Plan:
    """A shop whose people and products are all there from the first day on."""
    return Plan(
        days=days,
        users=4000,
        products=500,
        events_per_day=events_per_day,
        people=People(signed_up_before=1, deletions=0),
        catalogue=Catalogue(launched_before=1, discontinued=0),
        dirt=Dirt(late=late, **CLEAN),
    )


def middle(values: list[float], day: int) -> float:
    """The median of a day and the two before it: one build alone is not steady enough."""
    return statistics.median(values[max(0, day - 3) : day])


def growth(values: list[float], day: int, earlier: int) -> float:
    """How many times as much as around an earlier day it took around a day."""
    return middle(values, day) / middle(values, earlier)


def main() -> None:
    """Build day by day, and print what each day took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--events-per-day", type=int, default=20_000)
    asked = parser.parse_args()
    settings = load_settings()
    with tempfile.TemporaryDirectory() as scratch:
        shops = [Shop(name, Path(scratch, name), settings) for name in ("without", "with")]
        for shop, late in zip(shops, (0.0, LATE), strict=True):
            generate(shop.folder, plan_of(asked.days, asked.events_per_day, late))
            shop.run("warehouse", "up")
        days = sorted(path.name for path in shops[0].folder.glob("landed_date=*"))
        print("day   without late lines   with late lines   (seconds; of the server's processors)")
        for number, day in enumerate(days, 1):
            for shop in shops:
                shop.run("warehouse", "land", "shop", shop.folder / day)
                shop.build()
            texts = [f"{shop.seconds[-1]:8.1f} {shop.server_seconds[-1]:8.1f}" for shop in shops]
            print(f"{number:3}  {texts[0]}   {texts[1]}", flush=True)
        shops[0].build("--full-refresh")
    last = len(days)
    print("\nMedians of three days up to the one named")
    for kind in ("seconds", "server_seconds"):
        (*without, rebuild), late = (getattr(shop, kind) for shop in shops)
        unit = "by the clock" if kind == "seconds" else "of the processors"
        for what, ratio in (
            (f"day {last} against day 4, without late lines", growth(without, last, 4)),
            (f"day {last} against day 12, with late lines", growth(late, last, 12)),
        ):
            print(f"{ratio:6.2f}  {what}, {unit}")
        of_a_day = middle(without, last)
        print(f"{middle(late, last) / of_a_day:6.2f}  day {last}, with against without, {unit}")
        print(f"{rebuild / of_a_day:6.2f}  a rebuild of {last} days against day {last}, {unit}")


if __name__ == "__main__":
    main()
