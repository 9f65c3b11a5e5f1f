"""Parts: the shop's people divided for the workers, and what a part writes for each day."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import ceil

import numpy as np
import pyarrow as pa

from generator.csv_logs import identifiers, text
from generator.csv_logs.damage import KINDS
from generator.csv_logs.lines import (
    event_header,
    event_lines,
    line_count,
    order_columns,
    product_columns,
    table_lines,
    user_columns,
)
from generator.ledger.accumulator import SUMS, LedgerAccumulator
from generator.ledger.products import product_version_rows
from generator.ledger.sums import Totals
from generator.ledger.tables import ledger_tables
from generator.plan import DAY_MS, Plan
from generator.shop.orders import STATUSES
from generator.shop.people import Population, headcount
from generator.shop.products import Catalogue
from generator.shop.versions import Versions
from generator.shop.world import Block, Day, both

# Events of a block's day: so many that calls cost little, so few that they stay in the caches.
_EVENTS_OF_A_BLOCK = 100_000
_EVENTS_OF_A_PART = 1_000_000
# Below this many events a day, dividing the shop costs more files than it saves time.
_EVENTS_WORTH_DIVIDING = 400_000
TABLES = ("events", "orders", "users", "products")
Store = Callable[[str, str, int, Iterator[memoryview | bytes]], tuple[int, str]]


def parts_of(plan: Plan) -> list[list[tuple[int, int]]]:
    """The people by parts and blocks, as first person and the one after the last.

    A function of the plan alone: what is written depends on neither workers nor machine.
    """
    users, anonymous, bots = headcount(plan)
    humans = users + anonymous
    bot_events = plan.events_per_day * plan.visits.bot_share
    per_human = (plan.events_per_day - bot_events) / humans
    per_bot = bot_events / max(bots, 1)
    blocks: list[tuple[int, int, float]] = []
    for first, last, events in ((0, humans, per_human), (humans, humans + bots, per_bot)):
        size = max(1, int(_EVENTS_OF_A_BLOCK / max(events, 1e-9)))
        for begin in range(first, last, size):
            end = min(begin + size, last)
            blocks.append((begin, end, (end - begin) * events))
    count = 1
    if plan.events_per_day >= _EVENTS_WORTH_DIVIDING:
        count = max(2, ceil(plan.events_per_day / _EVENTS_OF_A_PART))
    parts: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    total, events = sum(block[2] for block in blocks), 0.0
    for begin, end, weight in blocks:
        parts[min(int(events / total * count), count - 1)].append((begin, end))
        events += weight
    return [part for part in parts if part]


@dataclass
class FileCount:
    """What was written to one file."""

    table: str
    file_name: str
    line_count: int = 0
    malformed_count: int = 0
    duplicate_count: int = 0
    late_count: int = 0
    byte_count: int = 0
    checksum: str = ""


@dataclass
class PartDay:
    """What one part wrote for one day."""

    day: int
    files: list[FileCount]
    tables: dict[str, pa.Table]


@dataclass
class _Growing:
    """The files and the ledger of a day while its blocks are simulated."""

    counts: dict[str, FileCount]
    sums: dict[str, Totals] = field(
        default_factory=lambda: {name: Totals(sums) for name, sums in SUMS.items()}
    )
    rows: dict[str, list[pa.Table]] = field(default_factory=lambda: defaultdict(list))
    contents: dict[str, list[bytes]] = field(default_factory=lambda: defaultdict(list))


class Part:
    """One part of the people, simulated day by day."""

    def __init__(
        self,
        population: Population,
        catalogue: Catalogue,
        blocks: list[tuple[int, int]],
        number: int,
        part_count: int,
    ) -> None:
        self._plan = population.plan
        self._catalogue = catalogue
        self._number = number
        self._suffix = f"_{number:03}" if part_count > 1 else ""
        self._blocks = [Block(population, catalogue, *block) for block in blocks]
        self._accumulators = [LedgerAccumulator(block) for block in self._blocks]
        self._day = 0

    def skip_day(self) -> None:
        """Live through the next day without writing anything."""
        growing = self._growing()
        for block, accumulator in zip(self._blocks, self._accumulators, strict=True):
            accumulator.keep(block.next_day(), growing.sums, growing.rows)
        self._day += 1

    def write_day(self, store: Store) -> PartDay:
        """Live through the next day and store its files.

        Args:
            store: takes the table, the file's name, the day and the chunks of the file; returns
                how many bytes and their BLAKE3 checksum.
        """
        growing = self._growing()
        self._store(growing, "events", self._event_chunks(growing), store)
        if self._number == 0:
            self._add_products(growing)
        for table in TABLES[1:]:
            if growing.contents[table]:
                self._store(growing, table, iter(growing.contents.pop(table)), store)
        day, self._day = self._day, self._day + 1
        files = [count for count in growing.counts.values() if count.checksum]
        return PartDay(day, files, ledger_tables(self._plan, growing.sums, growing.rows))

    def _growing(self) -> _Growing:
        date = self._plan.date_of(self._day)
        names = {table: f"{table}_{date}{self._suffix}.csv" for table in TABLES}
        return _Growing({table: FileCount(table, name) for table, name in names.items()})

    def _store(
        self, growing: _Growing, table: str, chunks: Iterator[memoryview | bytes], store: Store
    ) -> None:
        count = growing.counts[table]
        count.byte_count, count.checksum = store(table, count.file_name, self._day, chunks)

    def _beginning(self, header: str) -> bytes:
        marked = self._plan.dirt.byte_order_marks and self._day % 2 == 1
        return (b"\xef\xbb\xbf" if marked else b"") + header.encode() + b"\n"

    def _event_chunks(self, growing: _Growing) -> Iterator[memoryview | bytes]:
        """The events file; what is small besides is kept in `growing`."""
        yield self._beginning(event_header(self._plan, self._day))
        for block, accumulator in zip(self._blocks, self._accumulators, strict=True):
            day = block.next_day()
            accumulator.keep(day, growing.sums, growing.rows)
            yield from self._events(growing, block, day)
            if block.people.is_user.any():
                self._add_orders(growing, block, day)
                self._add_users(growing, block)

    def _events(self, growing: _Growing, block: Block, day: Day) -> list[memoryview | bytes]:
        visits, events = both((day.visits, day.events), (day.late_visits, day.late_events))
        lands = events.landed_day == day.day
        once = np.flatnonzero(lands & ~events.malformed)
        again = np.flatnonzero(events.again_day == day.day)
        sound = len(once) + len(again)
        landing = events.take(np.r_[once, again, np.flatnonzero(lands & events.malformed)])
        contents, kinds = event_lines(
            self._plan, self._catalogue, block.people, visits, landing, sound, day.day
        )
        person = visits.person[landing.visit]
        true_day = (landing.time_ms - self._plan.start_ms) // DAY_MS
        place = np.arange(len(landing))
        is_again = (place >= len(once)) & (place < sound)
        named = landing.logged_in & block.people.is_user[person]
        unknown_user = named & ~block.known_users(day.day)[np.where(named, person, 0)]
        product = landing.product.astype(np.int64)
        unknown_product = (product >= 0) & (self._catalogue.known_from_day[product] > day.day)

        def keys(rows: np.ndarray) -> pa.Array:
            of = landing.visit[rows]
            digits = identifiers.visit_characters(
                self._plan.seed,
                block.first + visits.person[of],
                visits.day[of],
                visits.number[of],
            )
            return text.fixed(identifiers.event_characters(digits, landing.sequence[rows]))

        defects = {
            "late": ~is_again & (true_day < day.day),
            "duplicate": is_again,
            "skewed_clock": visits.skew_ms[landing.visit] != 0,
            "orphan_user": unknown_user,
            "orphan_product": unknown_product,
        }
        self._count(growing, "events", keys, true_day, defects, landing.malformed, kinds)
        return contents

    def _add_orders(self, growing: _Growing, block: Block, day: Day) -> None:
        lines, rows = day.order_lines, day.status_rows
        once = np.flatnonzero(rows.landed_day == day.day)
        again = np.flatnonzero(rows.again_day == day.day)
        landing = rows.take(np.r_[once, again])
        columns = order_columns(self._plan, block.people, lines, landing)
        if not growing.contents["orders"]:
            growing.contents["orders"].append(self._beginning(",".join(columns)))
        content, kinds = table_lines(columns, landing.malformed, landing.key, self._plan, "orders")
        growing.contents["orders"].append(content)
        of = lines.take(landing.line)
        is_again = np.arange(len(landing)) >= len(once)
        defects = {
            "late": ~is_again & landing.is_late,
            "duplicate": is_again,
            "orphan_user": ~block.known_users(day.day)[of.person],
            "orphan_product": self._catalogue.known_from_day[of.product] > day.day,
        }
        true_day = (landing.updated_ms - self._plan.start_ms) // DAY_MS

        def keys(chosen: np.ndarray) -> pa.Array:
            parts = [
                columns["order_id"],
                columns["order_line"],
                text.picked(STATUSES, landing.status),
            ]
            return text.joined(*(each.take(pa.array(chosen)) for each in parts), by="-")

        self._count(growing, "orders", keys, true_day, defects, landing.malformed, kinds)

    def _add_users(self, growing: _Growing, block: Block) -> None:
        profiles = block.profiles
        rows, once = self._landing_versions(profiles.versions)
        columns = user_columns(self._plan, block.people, profiles, rows)
        self._add_versions(growing, "users", profiles.versions.take(rows), columns, once)

    def _add_products(self, growing: _Growing) -> None:
        versions = self._catalogue.versions
        rows, once = self._landing_versions(versions)
        columns = product_columns(self._plan, self._catalogue, rows)
        self._add_versions(growing, "products", versions.take(rows), columns, once)
        growing.rows["product_versions"] += product_version_rows(self._catalogue, self._day)

    def _landing_versions(self, versions: Versions) -> tuple[np.ndarray, int]:
        """The versions that land on the day, and how many of them for the first time."""
        once = np.flatnonzero(versions.landed_day == self._day)
        again = np.flatnonzero(versions.again_day == self._day)
        return np.r_[once, again], len(once)

    def _add_versions(
        self,
        growing: _Growing,
        table: str,
        versions: Versions,
        columns: dict[str, pa.Array],
        once: int,
    ) -> None:
        if not growing.contents[table]:
            growing.contents[table].append(self._beginning(",".join(columns)))
        content, kinds = table_lines(columns, versions.malformed, versions.key, self._plan, table)
        growing.contents[table].append(content)
        is_again = np.arange(len(versions)) >= once
        true_day = versions.true_day(self._plan)
        defects = {"late": ~is_again & versions.is_late, "duplicate": is_again}
        key = next(iter(columns))

        def keys(chosen: np.ndarray) -> pa.Array:
            parts = [columns[key], columns["updated_at"]]
            return text.joined(*(each.take(pa.array(chosen)) for each in parts), by="@")

        self._count(growing, table, keys, true_day, defects, versions.malformed, kinds)

    def _count(
        self,
        growing: _Growing,
        table: str,
        keys: Callable[[np.ndarray], pa.Array],
        true_day: np.ndarray,
        defects: dict[str, np.ndarray],
        malformed: np.ndarray,
        kinds: np.ndarray,
    ) -> None:
        """Count the lines of a file, and list those with a defect one by one."""
        count = growing.counts[table]
        count.line_count += line_count(len(true_day), kinds)
        count.malformed_count += line_count(len(kinds), kinds)
        count.duplicate_count += int(defects["duplicate"].sum())
        count.late_count += int(defects["late"].sum())
        for defect, chosen in {**defects, "malformed": malformed}.items():
            rows = np.flatnonzero(chosen)
            if not len(rows):
                continue
            detail = (
                text.picked(KINDS, kinds) if defect == "malformed" else pa.repeat("", len(rows))
            )
            growing.rows["dirty_lines"].append(
                pa.table(
                    {
                        "table_name": pa.repeat(table, len(rows)),
                        "line_key": keys(rows),
                        "defect": pa.repeat(defect, len(rows)),
                        "detail": detail,
                        "true_day": true_day[rows],
                    }
                )
            )
