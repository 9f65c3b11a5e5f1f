"""What a full rebuild costs beside the build of one more day.

Run on a started warehouse: `.venv/bin/python benchmarks/rebuild.py [--events-per-day 1000000]`. A
shop without defects and returns lands and is built at once, in schemas of its own; three more days
land and are built one by one. A build with nothing new takes seconds too, so that the ratio grows
with the size of a day. A million events a day take half an hour on two cores.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.warehouses import Warehouse, clean_plan, without_returns
from generator.generation import generate
from warehouse.settings import load_settings

DAYS_ONE_BY_ONE = 3
EVENTS_OF_A_USER = 20


def main() -> None:
    """Build everything, then more days one by one; print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--events-per-day", type=int, default=1_000_000)
    asked = parser.parse_args()
    settings = load_settings()
    with tempfile.TemporaryDirectory(dir=settings.data_folder) as scratch:
        shop = Warehouse("rebuild", Path(scratch), settings)
        users = asked.events_per_day // EVENTS_OF_A_USER
        days = asked.days + DAYS_ONE_BY_ONE
        plan = clean_plan(days, asked.events_per_day, users, 2000, 0.0)
        generate(shop.folder, without_returns(plan))
        shop.prepare()
        landed = sorted(shop.folder.glob("landed_date=*"))
        shop.run("warehouse", "land", "shop", *landed[: asked.days])
        print("build          seconds   of the server's processors")
        shop.build("--full-refresh")
        print_build(f"all {asked.days} days", shop)
        for day in landed[asked.days :]:
            shop.run("warehouse", "land", "shop", day)
            shop.build()
            print_build(day.name.partition("=")[2], shop)
        shop.build()
        print_build("nothing new", shop)
    for values, unit in (
        (shop.seconds, "by the clock"),
        (shop.server_seconds, "of the processors"),
    ):
        rebuild, *of_days, _ = values
        ratio = rebuild / statistics.median(of_days)
        print(f"{ratio:6.2f}  a rebuild of {asked.days} days against a day, {unit}")
    shop.remove()


def print_build(name: str, shop: Warehouse) -> None:
    """Print what the last build took."""
    print(f"{name:12} {shop.seconds[-1]:9.1f} {shop.server_seconds[-1]:9.1f}", flush=True)


if __name__ == "__main__":
    main()
