"""Writes the files of a plan, one folder per day."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np

from errors import UsageError, WarehouseError
from generator import orders, users
from generator.clickstream import PURCHASE, RETURN, TYPES, Clickstream
from generator.dirt import landed
from generator.plan import Plan
from generator.products import Catalogue

TABLES = ("events", "orders", "users", "products")
SUMMARY = "generated.json"


@dataclass
class Summary:
    """What was written; `tables` counts lines, damaged, duplicates and late per table."""

    event_types: dict[str, int]
    orders: int
    purchased_cents: int
    returned_cents: int
    tables: dict[str, dict[str, int]]
    bytes: int = 0

    @property
    def revenue(self) -> Decimal:
        """Purchases less returns of all events, before cancellations and discounts."""
        return Decimal(self.purchased_cents - self.returned_cents).scaleb(-2)


def generate(
    folder: Path, plan: Plan, progress: Callable[[int], None] = lambda days_written: None
) -> Summary:
    """Write `landed_date=YYYY-MM-DD/<table>_YYYY-MM-DD.csv` for each table below a folder.

    The names differ from day to day because landing tells files apart by their names. Earlier
    output of the generator in that folder is replaced. A day appears whole or not at all.

    Raises:
        UsageError: the folder holds something else.
        WarehouseError: the folder cannot be written.
    """
    try:
        _clear(folder)
        catalogue = Catalogue(plan)
        clickstream = Clickstream(plan, catalogue)
        columns = (
            clickstream.lines(),
            orders.lines(plan, clickstream),
            users.extracts(plan),
            catalogue.extracts(),
        )
        files = (landed(plan, *table) for table in zip(TABLES, columns, strict=True))
        summary = _meant(clickstream)
        for number, texts in enumerate(zip(*files, strict=True)):
            hidden = folder / f".{_day(plan, number)}"
            hidden.mkdir()
            for table, (text, counts) in zip(TABLES, texts, strict=True):
                (hidden / _file(table, hidden)).write_bytes(text)
                summary.bytes += len(text)
                totals = summary.tables[table]
                totals.update({sort: totals.get(sort, 0) + counts[sort] for sort in counts})
            hidden.rename(folder / _day(plan, number))
            progress(number + 1)
        _describe(folder, {"plan": asdict(plan), "summary": asdict(summary)})
        return summary
    except OSError as error:
        raise WarehouseError(
            f"{error.filename or folder}: {error.strerror}",
            "name a folder of yours on a disk with room",
        ) from error


def already_generated(folder: Path, plan: Plan) -> bool:
    """Whether the folder holds the whole output of exactly this plan."""
    try:
        found = json.loads((folder / SUMMARY).read_text())
    except (OSError, ValueError):
        return False
    return found["plan"] == json.loads(json.dumps(asdict(plan), default=str)) and all(
        (folder / _day(plan, number)).is_dir() for number in range(plan.days)
    )


def _day(plan: Plan, number: int) -> str:
    return f"landed_date={plan.start_date + timedelta(days=number)}"


def _file(table: str, day: Path) -> str:
    return f"{table}_{day.name[-len('YYYY-MM-DD') :]}.csv"


def _meant(clickstream: Clickstream) -> Summary:
    """What the good lines say."""
    amounts, kinds = clickstream.price * clickstream.quantity, clickstream.kind
    counts = np.bincount(kinds, minlength=len(TYPES)).tolist()
    return Summary(
        event_types=dict(zip(TYPES, counts, strict=True)),
        orders=len(clickstream.cancelled),
        purchased_cents=int(amounts[kinds == PURCHASE].sum()),
        returned_cents=int(amounts[kinds == RETURN].sum()),
        tables={table: {} for table in TABLES},
    )


def _clear(folder: Path) -> None:
    """Make the folder, or empty it of earlier output."""
    folder.mkdir(parents=True, exist_ok=True)
    days = [*folder.glob("landed_date=*"), *folder.glob(".landed_date=*")]
    known = {
        folder / SUMMARY,
        *days,
        *(day / _file(table, day) for day in days for table in TABLES),
    }
    found = {path for place in (folder, *days) for path in place.iterdir()}
    if not found <= known or (found and folder / SUMMARY not in found):
        raise UsageError(
            f"{folder} holds files that `warehouse generate` did not write",
            "name an empty folder or one that does not exist",
        )
    # There before the first day, so that what an interrupted run left is known for what it is.
    _describe(folder, {"plan": None})
    for day in days:
        shutil.rmtree(day)


def _describe(folder: Path, description: dict[str, object]) -> None:
    (folder / SUMMARY).write_text(json.dumps(description, indent=2, default=str) + "\n")
