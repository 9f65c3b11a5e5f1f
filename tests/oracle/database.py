"""An in-memory DuckDB with the landed lines, and every mart computed from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.settings import PROJECT_ROOT

from .lines import read_lines

FOLDER = Path(__file__).parent
# One after the other: later areas may use tables of earlier ones.
AREAS = (
    "core_events",
    "core_orders",
    "daily",
    "customers",
    "behaviour",
    "products",
    "quality",
)
_TEXT, _MOMENT, _MONEY = pa.string(), pa.timestamp("us"), pa.decimal128(18, 4)
_LINE = {
    "file_id": _TEXT,
    "source_system": _TEXT,
    "table_name": _TEXT,
    "landed_date": pa.date32(),
    "landed_at": _MOMENT,
    "digest": _TEXT,
    "copy": pa.int64(),
}
_COLUMNS = {
    "event_lines": {
        "event_id": _TEXT,
        "event_at": _MOMENT,
        "event_type": _TEXT,
        "visitor_id": _TEXT,
        "user_id": _TEXT,
        "source_session_id": _TEXT,
        "product_id": _TEXT,
        "quantity": pa.int32(),
        "unit_price": _MONEY,
        "order_id": _TEXT,
        "page_url": _TEXT,
        "traffic_source": _TEXT,
        "device_type": _TEXT,
        "ip_address": _TEXT,
        "user_agent": _TEXT,
    },
    "order_line_lines": {
        "order_line_id": _TEXT,
        "order_id": _TEXT,
        "ordered_at": _MOMENT,
        "updated_at": _MOMENT,
        "status": _TEXT,
        "is_return": pa.bool_(),
        "user_id": _TEXT,
        "product_id": _TEXT,
        "quantity": pa.int32(),
        "unit_price": _MONEY,
        "discount_amount": _MONEY,
        "payment_method": _TEXT,
        "country": _TEXT,
    },
    "user_lines": {
        "user_id": _TEXT,
        "name": _TEXT,
        "email": _TEXT,
        "gender": _TEXT,
        "birth_date": pa.date32(),
        "country": _TEXT,
        "region": _TEXT,
        "city": _TEXT,
        "loyalty_tier": _TEXT,
        "signed_up_at": _MOMENT,
        "updated_at": _MOMENT,
        "is_deleted": pa.bool_(),
    },
    "product_lines": {
        "product_id": _TEXT,
        "product_name": _TEXT,
        "brand": _TEXT,
        "category": _TEXT,
        "subcategory": _TEXT,
        "list_price": _MONEY,
        "cost_price": _MONEY,
        "updated_at": _MOMENT,
        "is_deleted": pa.bool_(),
    },
    "refused_lines": {"stream_name": _TEXT, "line": _TEXT, "reason": _TEXT},
}
_TABLES = {
    "shop/events": "event_lines",
    "rees46/events": "event_lines",
    "shop/orders": "order_line_lines",
    "online_retail/order_lines": "order_line_lines",
    "shop/users": "user_lines",
    "shop/products": "product_lines",
}
_STREAMS = {
    "event_lines": "events",
    "order_line_lines": "order_lines",
    "user_lines": "users",
    "product_lines": "products",
}
_FILES = {
    "file_id": _TEXT,
    "source_system": _TEXT,
    "table_name": _TEXT,
    "file_name": _TEXT,
    "landed_date": pa.date32(),
    "landed_at": _MOMENT,
    "line_count": pa.int64(),
}


@dataclass(frozen=True)
class LandedFile:
    """A live file of the raw zone, and where its content lies.

    Attributes:
        file_id, source_system, table_name, file_name, landed_date, landed_at: as landing
            recorded it.
        path: a local copy of what was landed.
    """

    file_id: str
    source_system: str
    table_name: str
    file_name: str
    landed_date: date
    landed_at: datetime
    path: Path


def compute(files: Iterable[LandedFile]) -> duckdb.DuckDBPyConnection:
    """Every mart as a table of its name, from the lines of the landed files."""
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set timezone = 'UTC'")
    for table, columns, rows in _tables(files):
        arrow = pa.Table.from_pylist(rows, schema=pa.schema(columns))
        connection.register("arrow", arrow)
        connection.execute(f"create table {table} as from arrow")
        connection.unregister("arrow")
    for seed in PROJECT_ROOT.glob("seeds/*/*.csv"):
        connection.execute(f"create table seed_{seed.stem} as from read_csv('{seed}')")
    for area in AREAS:
        connection.execute((FOLDER / f"{area}.sql").read_text())
    return connection


def _tables(
    files: Iterable[LandedFile],
) -> Iterable[tuple[str, dict[str, pa.DataType], list[dict[str, Any]]]]:
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in _COLUMNS}
    landed_files = []
    for file in files:
        own = {name: getattr(file, name) for name in _FILES if name != "line_count"}
        table = _TABLES[f"{file.source_system}/{file.table_name}"]
        lines = list(read_lines(file.path, f"{file.source_system}/{file.table_name}"))
        landed_files.append(own | {"line_count": len(lines)})
        rows[table] += [own | line.values for line in lines if line.values is not None]
        rows["refused_lines"] += [
            own | {"stream_name": _STREAMS[table], "line": line.text, "reason": line.reason}
            for line in lines
            if line.values is None
        ]
    yield "files", _FILES, landed_files
    for table, columns in _COLUMNS.items():
        yield table, _LINE | columns, rows[table]
