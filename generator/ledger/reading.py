"""Reading the ledger: its tables as of a landed date."""

from datetime import date
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from generator.errors import InputError
from generator.generation import LEDGER_FOLDER, plan_in
from generator.ledger.accumulator import SUMS
from generator.ledger.tables import VERSIONED


class Ledger:
    """The ledger in a folder of generated logs, as of a landed date.

    Args:
        folder: what `warehouse generate` wrote to.
        as_of: the last landed date to take in; all where absent.

    Raises:
        InputError: the folder holds no ledger, or nothing landed by that date.
    """

    def __init__(self, folder: Path, as_of: date | None = None) -> None:
        self.plan = plan_in(folder)
        self._folder = folder / LEDGER_FOLDER
        landed = sorted(
            date.fromisoformat(path.name.removeprefix("landed_date="))
            for path in (self._folder / "files").glob("landed_date=*")
        )
        if not landed or (as_of and as_of < landed[0]):
            raise InputError(
                f"The ledger in {folder} begins with {landed[0] if landed else 'no date'}",
                "choose a later date, or generate the logs first",
            )
        self.landed_dates = [each for each in landed if not as_of or each <= as_of]
        self.as_of = self.landed_dates[-1]

    def lines(self, table: str) -> pa.Table:
        """All rows of a table up to the date, each with its `landed_date`."""
        root = self._folder / table
        files = [
            str(path)
            for landed in self.landed_dates
            for path in sorted((root / f"landed_date={landed}").glob("*.parquet"))
        ]
        if not files:
            return pa.table({})
        partitioning = ds.partitioning(pa.schema([("landed_date", pa.string())]), flavor="hive")
        return ds.dataset(files, partitioning=partitioning, partition_base_dir=str(root)).to_table()

    def table(self, name: str, reading: str) -> pa.Table:
        """A table in one reading as of the date: changes added up, or the latest versions."""
        lines = self.lines(name)
        if not lines.num_columns:
            return lines
        lines = lines.filter(pc.equal(lines["reading"], reading)).drop_columns("reading")
        if name in VERSIONED:
            version = VERSIONED[name]
            latest = lines.group_by(list(version)).aggregate([("landed_date", "max")])
            return lines.join(
                latest,
                [*version, "landed_date"],
                [*version, "landed_date_max"],
                join_type="left semi",
            )
        keys, measures = SUMS[name].keys, SUMS[name].measures
        summed = lines.group_by(list(keys)).aggregate([(each, "sum") for each in measures])
        summed = summed.rename_columns([*keys, *measures])
        # What moved to other keys meanwhile leaves nothing behind.
        left = reduce(pc.or_, (pc.not_equal(summed[each], 0) for each in measures))
        return summed.filter(left).sort_by([(key, "ascending") for key in keys])
