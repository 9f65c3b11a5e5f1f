"""What a full rebuild costs beside the build of one more day.

Run on a started warehouse: `.venv/bin/python benchmarks/rebuild.py [--events-per-day 400000]`. A
shop without defects lands and is built at once but for its last three days, which land and are
built one by one, in schemas of its own. Then everything is built anew. A build with nothing new
takes seconds too, so that the ratio grows with the size of a day.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.warehouses import Warehouse, clean_plan
from generator.generation import generate
from settings import load_settings

DAYS_ONE_BY_ONE = 3
EVENTS_OF_A_USER = 20


def main() -> None:
    """Build the last days one by one, then everything; print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--events-per-day", type=int, default=400_000)
    asked = parser.parse_args()
    settings = load_settings()
    with tempfile.TemporaryDirectory(dir=settings.data_folder) as scratch:
        shop = Warehouse("rebuild", Path(scratch), settings)
        users = asked.events_per_day // EVENTS_OF_A_USER
        generate(shop.folder, clean_plan(asked.days, asked.events_per_day, users, 2000, 0.0))
        shop.prepare()
        days = sorted(shop.folder.glob("landed_date=*"))
        shop.run("warehouse", "land", "shop", *days[:-DAYS_ONE_BY_ONE])
        print(f"Building {len(days) - DAYS_ONE_BY_ONE} days at once", flush=True)
        shop.build()
        print("build          seconds   of the server's processors")
        for day in days[-DAYS_ONE_BY_ONE:]:
            shop.run("warehouse", "land", "shop", day)
            shop.build()
            print_build(day.name.partition("=")[2], shop)
        shop.build()
        print_build("nothing new", shop)
        shop.build("--full-refresh")
        print_build(f"all {len(days)} days", shop)
    for values, unit in (
        (shop.seconds, "by the clock"),
        (shop.server_seconds, "of the processors"),
    ):
        *_, rebuild = values
        of_a_day = statistics.median(values[1 : 1 + DAYS_ONE_BY_ONE])
        print(f"{rebuild / of_a_day:6.2f}  a rebuild of {len(days)} days against a day, {unit}")
    shop.remove()


def print_build(name: str, shop: Warehouse) -> None:
    """Print what the last build took."""
    print(f"{name:12} {shop.seconds[-1]:9.1f} {shop.server_seconds[-1]:9.1f}", flush=True)


if __name__ == "__main__":
    main()
