"""The days of the simulated shop that scheduled runs generate and land, one date at a time."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from generator.errors import InputError
from generator.generation import LEDGER_FOLDER, Summary, generate
from generator.parts import parts_of
from generator.plan import Plan, load_plan
from warehouse.errors import UsageError, simulator_errors
from warehouse.landing.sources import SIMULATED
from warehouse.simulated_shop.raw_zone import RawZone

if TYPE_CHECKING:
    from warehouse.landing.manifest.table import LandedFile
    from warehouse.settings import Settings

Say = Callable[[str], None]
# Table, checksum and landed date of a file.
_File = tuple[str, str, date]


@dataclass(frozen=True)
class SimulatedShop:
    """The simulated shop of the scheduled runs.

    Attributes:
        folder: where its ledger is kept on this machine.
    """

    name: str
    plan: Plan
    folder: Path

    def day_of(self, landed_date: date) -> int | None:
        """The day of the plan, from 0, that a date is; none outside the plan."""
        day = (landed_date - self.plan.start_date).days
        return day if 0 <= day < self.plan.days else None

    def files_of(self, day: int) -> set[_File] | None:
        """The files with lines that the ledger knows of a day; none where it lacks a part."""
        landed_date = self.plan.date_of(day)
        kept = self.folder / LEDGER_FOLDER / "files" / f"landed_date={landed_date}"
        parts = sorted(kept.glob("part-*.parquet"))
        if len(parts) < len(parts_of(self.plan)):
            return None
        rows = pa.concat_tables([pq.read_table(path, partitioning=None) for path in parts])
        return {
            (row["table"], row["checksum"], landed_date)
            for row in rows.select(["table", "checksum", "line_count"]).to_pylist()
            if row["line_count"]
        }


@dataclass(frozen=True)
class GeneratedDay:
    """What became of a date of the simulated shop.

    Attributes:
        is_in_plan: whether there is a simulated shop, and the date is one of its plan.
        file_count: files that were generated; 0 where all were landed before.
        line_count: their lines.
        ledger_row_count: rows of the ledger that was landed; none where it could not agree.
        ledger_as_of: the last landed date that ledger takes in.
    """

    is_in_plan: bool
    file_count: int = 0
    line_count: int = 0
    ledger_row_count: int | None = None
    ledger_as_of: date | None = None


@simulator_errors()
def simulated_shop(settings: "Settings") -> SimulatedShop | None:
    """The simulated shop of the settings, which begins with the first date of the schedule.

    Raises:
        UsageError: there is no such plan, or it is bad.
    """
    name = settings.scheduled_plan
    if name is None:
        return None
    plan = load_plan(name)
    plan = plan.moved_to(settings.schedule_from or plan.start_date)
    folder = settings.data_folder / "generated" / f"{Path(name).stem}-{plan.start_date}"
    return SimulatedShop(Path(name).stem, plan, folder)


@simulator_errors()
def generate_day(
    settings: "Settings", landed_date: date, say: Say = lambda line: None
) -> GeneratedDay:
    """Generate the logs of a date straight into the raw zone, and land the ledger with them.

    A date that is live already changes nothing; one that was interrupted is done again. The ledger
    is that as of the last landed date, and is landed only if the live files of the source system
    are those of this shop from its first date on: any other would call right marts wrong. One
    that was landed before is then taken out.

    Args:
        say: called with what was done, in lines for a person.

    Raises:
        UsageError: the plan is bad, or changed since its first date was generated.
        WarehouseError: HDFS or the Thrift Server refused, or a file of that name is live with
            other content.
        ServiceUnavailable: the cluster does not answer; run again to go on.
    """
    shop = simulated_shop(settings)
    if shop is None:
        say("No shop is simulated")
        return GeneratedDay(is_in_plan=False)
    day = shop.day_of(landed_date)
    if day is None:
        last = shop.plan.date_of(shop.plan.days - 1)
        say(f"Plan {shop.name} has dates from {shop.plan.start_date} to {last}: no {landed_date}")
        return GeneratedDay(is_in_plan=False)
    live = _live(settings)
    for lost in _lost_days(shop, live):
        if lost != day:
            # Its files are live, so this brings nothing but the ledger; unless they are another's.
            with suppress(InputError, UsageError):
                generate(shop.folder, shop.plan, 1, lost, lost, land_in=RawZone(settings))
    files = shop.files_of(day)
    summary = Summary()
    if files is not None and files <= _known(live):
        say(f"{landed_date} is landed already")
    else:
        summary = generate(shop.folder, shop.plan, 1, day, day, land_in=RawZone(settings))
        line_count = summary.total("line_count")
        say(f"Landed {landed_date}: {line_count:,} lines in {summary.seconds:.1f} s")
    row_count, as_of = _land_ledger(settings, shop, _live(settings), say)
    return GeneratedDay(True, len(summary.files), summary.total("line_count"), row_count, as_of)


def _live(settings: "Settings") -> "list[LandedFile]":
    from warehouse.landing.manifest.live_files import list_live_files

    return list_live_files(settings, SIMULATED)


def _known(live: "Iterable[LandedFile]") -> set[_File]:
    """Live files with lines; files of a header alone are alike on many dates, and landed once."""
    return {(file.table_name, file.checksum, file.landed_date) for file in live if file.line_count}


def _lost_days(shop: SimulatedShop, live: "list[LandedFile]") -> list[int]:
    """Days of the plan that are landed, but whose ledger is not on this machine."""
    names = {file.file_name for file in live if file.table_name == "events"}
    return [
        day
        for day in range(shop.plan.days)
        if any(name.startswith(f"events_{shop.plan.date_of(day)}") for name in names)
        and shop.files_of(day) is None
    ]


def _land_ledger(
    settings: "Settings", shop: SimulatedShop, live: "list[LandedFile]", say: Say
) -> tuple[int | None, date | None]:
    """Land the ledger as of the last landed date, where it can agree; returns its rows and date."""
    from generator.ledger.reading import Ledger
    from warehouse.simulated_shop.ledger_landing import land_ledger, remove_ledger

    known = _known(live)
    as_of = max((landed_date for *_, landed_date in known), default=shop.plan.start_date)
    recorded: set[_File] = set()
    for day in range((as_of - shop.plan.start_date).days + 1):
        files = shop.files_of(day) if day < shop.plan.days else None
        if files is None:
            recorded.clear()
            break
        recorded |= files
    if not recorded or recorded != known:
        removed = remove_ledger(settings)
        say(
            f"No ledger is landed{', and that of before is taken out' if removed else ''}: the "
            f"live files of {SIMULATED} are not just those of {shop.name} from "
            f"{shop.plan.start_date} to {as_of}"
        )
        return None, None
    row_count = land_ledger(settings, Ledger(shop.folder, as_of))
    say(f"Its ledger is landed as of {as_of}: {row_count:,} rows")
    return row_count, as_of
