"""What a build costs as history grows, with and without late lines.

Run on a started warehouse: `.venv/bin/python benchmarks/incremental.py [--days 30]`. Two shops
with the same people land day by day, in schemas of their own, and are built by turns; one has late
lines. Nothing is sent back: returns come up to twenty days after their orders, so that until then
each day would change more dates than the day before.
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

LATE = 0.01
MODELS_SHOWN = 8


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
        shops = [Warehouse(name, Path(scratch, name), settings) for name in ("without", "with")]
        for shop, late in zip(shops, (0.0, LATE), strict=True):
            plan = clean_plan(asked.days, asked.events_per_day, 4000, 500, late)
            generate(shop.folder, without_returns(plan))
            shop.prepare()
        days = sorted(path.name for path in shops[0].folder.glob("landed_date=*"))
        print("day   without late lines   with late lines   (seconds; of the server's processors)")
        for number, day in enumerate(days, 1):
            for shop in shops:
                shop.run("warehouse", "land", "shop", shop.folder / day)
                shop.build()
            texts = [f"{shop.seconds[-1]:8.1f} {shop.server_seconds[-1]:8.1f}" for shop in shops]
            print(f"{number:3}  {texts[0]}   {texts[1]}", flush=True)
    last = len(days)
    print("\nMedians of three days up to the one named")
    for kind in ("seconds", "server_seconds"):
        without, late = (getattr(shop, kind) for shop in shops)
        unit = "by the clock" if kind == "seconds" else "of the processors"
        for what, ratio in (
            (f"day {last} against day 4, without late lines", growth(without, last, 4)),
            (f"day {last} against day 12, with late lines", growth(late, last, 12)),
        ):
            print(f"{ratio:6.2f}  {what}, {unit}")
        ratio = middle(late, last) / middle(without, last)
        print(f"{ratio:6.2f}  day {last}, with against without, {unit}")
    for shop, earlier in zip(shops, (4, 12), strict=True):
        print(f"\nModels that took longer around day {last} than {earlier}, {shop.name} late lines")
        grown = {
            name: middle([of_day[name] for of_day in shop.models], last)
            - middle([of_day[name] for of_day in shop.models], earlier)
            for name in shop.models[0]
        }
        for name in sorted(grown, key=grown.__getitem__, reverse=True)[:MODELS_SHOWN]:
            print(f"{grown[name]:+6.1f} s  {name}")
    for shop in shops:
        shop.remove()


if __name__ == "__main__":
    main()
