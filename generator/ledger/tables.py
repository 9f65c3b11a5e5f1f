"""The ledger's tables as they are stored: one Parquet file per table, landed date and part."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from generator.csv_logs import text
from generator.ledger.accumulator import region_names
from generator.ledger.sessions import DAYS_BEFORE
from generator.ledger.sums import Totals, date_of, money
from generator.plan import CATEGORIES, Plan
from generator.shop.events import TYPES
from generator.shop.people import DEVICE_NAMES

UNKNOWN = "unknown"
# Tables of which the row of the latest landed date holds; the others add up over landed dates.
VERSIONED = {
    "user_totals": ("user_id",),
    "user_versions": ("user_id",),
    "product_versions": ("product_id",),
    "attribution": ("order_id",),
}


def ledger_tables(
    plan: Plan, sums: dict[str, Totals], rows: dict[str, list[pa.Table]]
) -> dict[str, pa.Table]:
    """The tables of one day of one part; only those with rows."""
    tables = {}
    for name, totals in sums.items():
        parts = [
            _readable(plan, totals, reading, keys, changes)
            for reading, (keys, changes) in sorted(totals.changes().items())
            if len(keys)
        ]
        if parts:
            tables[name] = pa.concat_tables(parts)
    for name, parts in rows.items():
        table = pa.concat_tables(parts) if parts else None
        if table is not None and table.num_rows:
            if "true_day" in table.column_names:
                day = table["true_day"].to_numpy() + plan.start_day
                table = table.drop_columns("true_day").append_column("true_date", date_of(day))
            tables[name] = table
    return tables


def _readable(
    plan: Plan, totals: Totals, reading: str, keys: np.ndarray, changes: np.ndarray
) -> pa.Table:
    columns: dict[str, pa.Array | np.ndarray] = {"reading": pa.repeat(reading, len(keys))}
    for place, name in enumerate(totals.sums.keys):
        columns[name] = _KEYS[name](plan, keys[:, place])
    for place, name in enumerate(totals.sums.measures):
        values = changes[:, place]
        columns[name] = money(values) if name.endswith("_amount") else values
    return pa.table(columns)


def _first_of_month(plan: Plan, months: np.ndarray) -> pa.Array:
    return date_of(months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64))


_KEYS: dict[str, Callable[[Plan, np.ndarray], pa.Array | np.ndarray]] = {
    "event_date": lambda plan, day: date_of(day + plan.start_day - DAYS_BEFORE),
    "session_date": lambda plan, day: date_of(day + plan.start_day - DAYS_BEFORE),
    "order_date": lambda plan, day: date_of(day + plan.start_day),
    "event_type": lambda plan, kind: text.picked(TYPES, kind),
    "is_bot": lambda plan, flag: flag == 1,
    "traffic_source": lambda plan, source: text.picked(list(plan.visits.sources), source),
    "device_type": lambda plan, device: text.picked(DEVICE_NAMES, device),
    "category": lambda plan, category: text.picked([UNKNOWN, *CATEGORIES], category),
    "region": lambda plan, region: text.picked([UNKNOWN, *region_names(plan.seed)], region),
    "cohort_month": _first_of_month,
    "months_since": lambda plan, months: months,
}
