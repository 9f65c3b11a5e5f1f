"""The built marts against the ledger's observable reading, value by value."""

from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from generator.ledger.book import SUMS
from generator.ledger.reading import Ledger
from generator.ledger.sums import OBSERVABLE

# Mart columns in the place of the ledger's, and which table of the ledger they are compared with.
_COMPARISONS = (
    (
        "events and revenue by date and type",
        "events_daily",
        ("event_date", "event_type"),
        "select event_date, event_type, count(*), sum(revenue_amount) from {marts}.fct_events "
        "where source_system = 'shop' group by event_date, event_type",
    ),
    (
        "sessions, conversions, carts and time by date, source and device",
        "sessions_daily",
        ("session_date", "traffic_source", "device_type"),
        "select session_date, traffic_source, device_type, count(*), sum(event_count), "
        "count_if(is_converted), count_if(is_abandoned), sum(duration_seconds), "
        "sum(revenue_amount) from {marts}.fct_sessions where source_system = 'shop' "
        "group by session_date, traffic_source, device_type",
    ),
    (
        "orders and cancelled orders by date",
        "orders_daily",
        ("order_date",),
        "select order_date, count(*), count_if(is_cancelled) from (select order_date, order_id, "
        "bool_and(status = 'cancelled') as is_cancelled from {marts}.fct_order_lines "
        "where source_system = 'shop' group by order_date, order_id) group by order_date",
    ),
    (
        "order lines, gross, discounts, refunds and net by date",
        "sales_daily",
        ("order_date",),
        "select order_date, count(*), sum(gross_amount), sum(discount_amount), "
        "sum(refund_amount), sum(net_amount) from {marts}.fct_order_lines "
        "where source_system = 'shop' group by order_date",
    ),
)
_QUARANTINED = (
    "select replace(replace(staging_model, 'stg_shop__', ''), 'order_lines', 'orders'), "
    "sum(line_count) from {quality}.quarantined_lines where source_system = 'shop' "
    "group by staging_model"
)
_LINES = (
    "select table_name, sum(line_count) from {quality}.file_reconciliation "
    "where source_system = 'shop' group by table_name"
)


class Asking(Protocol):
    """Something that answers SQL, such as a connection of `cluster.sql`."""

    def execute(self, statement: str) -> Any:
        """The answer; its `rows` are tuples."""


def compare(
    connection: Asking, folder: Path, marts: str, quality: str, as_of: date | None = None
) -> list[tuple[str, int, int]]:
    """Compare the marts with the ledger of the generated logs they were built from.

    Args:
        folder: of the generated logs, landed up to a date, and nothing else of the shop.
        marts, quality: the schemas.
        as_of: that date; the last where absent.

    Returns:
        What was compared, how many values, and how many of them differ.
    """
    ledger = Ledger(folder, as_of)
    results = []
    for name, table, keys, statement in _COMPARISONS:
        measures = SUMS[table].measures
        expected = _summed(ledger.table(table, OBSERVABLE), keys, measures)
        results.append(_compared(name, expected, _asked(connection, statement, marts, quality)))
    files = ledger.lines("files")
    for name, measure, statement in (
        ("lines by table", "line_count", _LINES),
        ("quarantined lines by table", "malformed_count", _QUARANTINED),
    ):
        expected = _summed(files, ("table",), (measure,))
        results.append(_compared(name, expected, _asked(connection, statement, marts, quality)))
    return results


def _asked(
    connection: Asking, statement: str, marts: str, quality: str
) -> dict[tuple[str, ...], tuple[Any, ...]]:
    """The answer by its leading texts and dates."""
    rows = connection.execute(statement.format(marts=marts, quality=quality)).rows
    answer = {}
    for row in rows:
        keys = sum(isinstance(value, str) or hasattr(value, "isoformat") for value in row)
        answer[tuple(map(str, row[:keys]))] = row[keys:]
    return answer


def _summed(
    table: pa.Table, keys: tuple[str, ...], measures: tuple[str, ...]
) -> dict[tuple[str, ...], tuple[Any, ...]]:
    summed = table.group_by(list(keys)).aggregate([(each, "sum") for each in measures])
    summed = summed.select([*keys, *(f"{each}_sum" for each in measures)])
    rows = zip(*(column.to_pylist() for column in summed.columns), strict=True)
    found = {tuple(map(str, row[: len(keys)])): row[len(keys) :] for row in rows}
    # A date on which nothing is left is no row of a mart.
    return {key: values for key, values in found.items() if any(values)}


def _compared(
    name: str,
    expected: dict[tuple[str, ...], tuple[Any, ...]],
    built: dict[tuple[str, ...], tuple[Any, ...]],
) -> tuple[str, int, int]:
    width = max((len(values) for values in expected.values()), default=0)
    keys = expected.keys() | built.keys()
    nothing = (0,) * width
    differences = sum(
        one != other
        for key in keys
        for one, other in zip(expected.get(key, nothing), built.get(key, nothing), strict=True)
    )
    return name, len(keys) * width, differences
