"""What the ledger says, for people: both readings side by side."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.table import Table

from generator.ledger.reading import Ledger
from generator.ledger.sums import READINGS
from warehouse.console import number_table


def summary_tables(ledger: Ledger) -> list[Table]:
    """Tables to print: events by type, what the shop did, and what became of the lines."""
    return [_events(ledger), _figures(ledger), _lines(ledger)]


def _events(ledger: Ledger) -> Table:
    table = number_table(
        "Events", "event type", "what the shop did", "as landed", "of them by bots"
    )
    found = {reading: ledger.table("events_daily", reading) for reading in READINGS}
    intended, observable = (_by_type(found[reading]) for reading in READINGS)
    bots = found[READINGS[1]].filter(found[READINGS[1]]["is_bot"])
    by_bots = _by_type(bots)
    for kind in sorted(intended, key=lambda each: -intended[each]):
        table.add_row(
            kind,
            f"{intended[kind]:,}",
            f"{observable.get(kind, 0):,}",
            f"{by_bots.get(kind, 0):,}",
        )
    return table


def _by_type(events: pa.Table) -> dict[str, int]:
    counts = events.group_by("event_type").aggregate([("event_count", "sum")])
    return dict(
        zip(counts["event_type"].to_pylist(), counts["event_count_sum"].to_pylist(), strict=True)
    )


def _figures(ledger: Ledger) -> Table:
    table = number_table("Figures", "figure", "what the shop did", "as landed", "difference")
    readings = [_figures_of(ledger, reading) for reading in READINGS]
    for name, intended in readings[0].items():
        observable = readings[1][name]
        table.add_row(name, f"{intended:,}", f"{observable:,}", f"{observable - intended:+,}")
    return table


def _figures_of(ledger: Ledger, reading: str) -> dict[str, int | Decimal]:
    sessions = ledger.table("sessions_daily", reading)
    funnel = ledger.table("funnel_daily", reading)
    sales = ledger.table("sales_daily", reading)
    orders = ledger.table("orders_daily", reading)
    customers = ledger.table("customers_daily", reading)
    carts = ledger.table("abandoned_carts_daily", reading)
    return {
        "sessions": _sum(sessions, "session_count"),
        "sessions with a view": _sum(funnel, "viewed_count"),
        "then a cart": _sum(funnel, "carted_count"),
        "then a purchase": _sum(funnel, "purchased_count"),
        "abandoned carts": _sum(carts, "cart_count"),
        "orders": _sum(orders, "order_count"),
        "cancelled orders": _sum(orders, "cancelled_order_count"),
        "order lines": _sum(sales, "order_line_count"),
        "gross": _sum(sales, "gross_amount"),
        "discounts": _sum(sales, "discount_amount"),
        "refunds": _sum(sales, "refund_amount"),
        "net revenue": _sum(sales, "net_amount"),
        "customers": _sum(customers, "new_customer_count"),
    }


def _lines(ledger: Ledger) -> Table:
    table = number_table("Lines landed", "table", "lines", "malformed", "duplicates", "late")
    files = ledger.lines("files")
    names = ("line_count", "malformed_count", "duplicate_count", "late_count")
    for name in ("events", "orders", "users", "products"):
        some = files.filter(pc.equal(files["table"], name))
        table.add_row(name, *(f"{_sum(some, each):,}" for each in names))
    return table


def _sum(table: pa.Table, column: str) -> Any:
    return pc.sum(table[column]).as_py() or 0 if column in table.column_names else 0
