"""What the report shows of a folder of generated logs."""

from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from generator.ledger.reading import Ledger
from generator.ledger.sums import INTENDED, OBSERVABLE

# Hours and products are counted in a sample of the logs: enough for a picture.
_SAMPLE_BYTES = 400_000_000
# per figure that shows the price of dirt: table of the ledger, its date, its measure
PRICED = {
    "events": ("events_daily", "event_date", "event_count"),
    "sessions": ("sessions_daily", "session_date", "session_count"),
    "net revenue": ("sales_daily", "order_date", "net_amount"),
}


class Overview:
    """What is known of a folder of generated logs; raises as `Ledger` does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ledger = Ledger(folder)
        self.plan = self.ledger.plan

    def sums(
        self, name: str, keys: tuple[str, ...], measures: tuple[str, ...], reading: str = INTENDED
    ) -> list[tuple[Any, ...]]:
        """Measures of a table of the ledger added up by keys, in the order of the keys."""
        table = self.ledger.table(name, reading)
        if not table.num_rows:
            return []
        columns = [*keys, *(f"sum({each})::double" for each in measures)]
        with duckdb.connect() as connection:
            connection.register("ledger_table", table)
            return connection.execute(
                f"select {', '.join(columns)} from ledger_table group by all order by all"
            ).fetchall()

    def lines(self, name: str, select: str) -> list[tuple[Any, ...]]:
        """The answer to a query of all rows of a table of the ledger, called `ledger_table`."""
        table = self.ledger.lines(name)
        if not table.num_columns:
            return []
        with duckdb.connect() as connection:
            connection.register("ledger_table", table)
            return connection.execute(select).fetchall()

    @cached_property
    def sample(self) -> pa.Table | None:
        """Sound events of people: `hour` and counts of `views` and `purchases` by `product_id`."""
        files = sorted(self.folder.glob("landed_date=*/events_*.csv"))
        if not files:
            return None
        whole = sum(path.stat().st_size for path in files)
        # Every so manieth file, so that the sample spans all the days.
        files = files[:: -(-whole // _SAMPLE_BYTES) or 1]
        with duckdb.connect() as connection:
            # Malformed lines are left out: what cannot be read, and what makes no sense.
            return connection.sql(
                """select hour(try_cast(event_time as timestamp)) as hour, product_id,
                       count_if(event_type = 'view') as views,
                       count_if(event_type = 'purchase') as purchases
                from read_csv($files, delim = ',', quote = '"', escape = '"', header = true,
                    all_varchar = true, ignore_errors = true, union_by_name = true,
                    strict_mode = false)
                where event_type in ('view', 'purchase') and hour is not null
                    and regexp_full_match(product_id, 'P[0-9]+')
                    and not regexp_matches(user_agent, 'bot|Crawler|python')
                group by all order by all""",
                params={"files": [str(path) for path in files]},
            ).to_arrow_table()

    def orphan_share(self, what: str) -> float:
        """The share of users or products ("user", "product") without any readable line."""
        counts: dict[str, int] = dict(
            self.lines(
                f"{what}_versions",
                f"select reading, count(distinct {what}_id) from ledger_table group by all",
            )
        )
        return 1 - counts.get(OBSERVABLE, 0) / max(counts.get(INTENDED, 0), 1)

    @property
    def cohort_count(self) -> int:
        """How many months have first orders."""
        return len(self.sums("cohorts", ("cohort_month",), ()))
