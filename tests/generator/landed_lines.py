"""The sound lines of landed CSV files, known by the declared columns alone.

A physical line is a record. Nothing of the simulator is used, so that what it claims about its
lines can be proven.
"""

import csv
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

_WHOLE = re.compile(r"\d+")
_AMOUNT = re.compile(r"\d+(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def _is_moment(value: str) -> bool:
    if not _MOMENT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_key(value: str) -> bool:
    return bool(value)


def _is_free(value: str) -> bool:
    return True


def _is_whole(value: str) -> bool:
    return bool(_WHOLE.fullmatch(value))


def _is_amount(value: str) -> bool:
    return bool(_AMOUNT.fullmatch(value))


def _is_date(value: str) -> bool:
    return bool(_DATE.fullmatch(value))


def _or_empty(check):
    return lambda value: not value or check(value)


def _one_of(*words: str):
    return lambda value: value in words


_EVENT_TYPES = ("view", "wishlist", "add_to_cart", "remove_from_cart", "purchase", "return", "exit")
COLUMNS = {
    "events": {
        "event_id": _is_key,
        "event_time": _is_moment,
        "event_type": _one_of(*_EVENT_TYPES),
        "visitor_id": _is_key,
        "user_id": _is_free,
        "session_id": _is_free,
        "product_id": _is_free,
        "quantity": _or_empty(_is_whole),
        "price": _or_empty(_is_amount),
        "order_id": _is_free,
        "page_url": _is_free,
        "traffic_source": _is_free,
        "device_type": _is_free,
        "ip_address": _is_free,
        "user_agent": _is_free,
    },
    "orders": {
        "order_id": _is_key,
        "order_line": _is_whole,
        "user_id": _is_key,
        "product_id": _is_key,
        "quantity": _is_whole,
        "unit_price": _is_amount,
        "discount_amount": _is_amount,
        "total_amount": _is_amount,
        "payment_method": _is_free,
        "status": _one_of("pending", "completed", "cancelled", "returned"),
        "ordered_at": _is_moment,
        "updated_at": _is_moment,
    },
    "users": {
        "user_id": _is_key,
        "name": _is_free,
        "email": _is_free,
        "gender": _is_free,
        "birth_date": _or_empty(_is_date),
        "country": _is_free,
        "region": _is_free,
        "city": _is_free,
        "loyalty_tier": _is_free,
        "signed_up_at": _is_moment,
        "updated_at": _is_moment,
        "is_deleted": _one_of("true", "false"),
    },
    "products": {
        "product_id": _is_key,
        "name": _is_free,
        "brand": _is_free,
        "category": _is_free,
        "subcategory": _is_free,
        "price": _is_amount,
        "cost": _is_amount,
        "updated_at": _is_moment,
        "is_deleted": _one_of("true", "false"),
    },
}
# How the ledger names a line.
LINE_KEYS = {
    "events": "event_id",
    "orders": "order_id || '-' || order_line || '-' || status",
    "users": "user_id || '@' || updated_at",
    "products": "product_id || '@' || updated_at",
}


@dataclass
class LandedLines:
    """The lines in a folder of generated logs.

    Attributes:
        sound: per table the sound lines as text, with `landed_date` and `place`, in the order of
            landing.
        line_counts, malformed_counts: physical lines without headers, by (table, landed date).
    """

    sound: dict[str, pa.Table] = field(default_factory=dict)
    line_counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    malformed_counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def register(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make `event_lines`, `order_lines`, `user_lines` and `product_lines` of them."""
        for table, lines in self.sound.items():
            connection.register("sound", lines)
            connection.execute(f"create table {table.removesuffix('s')}_lines as from sound")


def read_landed_lines(folder: Path) -> LandedLines:
    """Read all files of a folder of generated logs."""
    landed = LandedLines()
    for table, checks in COLUMNS.items():
        rows: list[tuple[str, ...]] = []
        for path in sorted(folder.glob(f"landed_date=*/{table}_*.csv")):
            landed_date = path.parent.name.removeprefix("landed_date=")
            header, *lines = path.read_bytes().split(b"\n")
            assert lines.pop() == b"", f"{path.name} does not end with a newline"
            names = header.removeprefix(b"\xef\xbb\xbf").decode().rstrip("\r").split(",")
            places = [names.index(name) for name in checks]
            found = [_fields(line, names) for line in lines]
            sound = [
                tuple(fields[place] for place in places)
                for fields in found
                if fields
                and all(
                    check(fields[place])
                    for place, check in zip(places, checks.values(), strict=True)
                )
            ]
            landed.line_counts[table, landed_date] += len(lines)
            landed.malformed_counts[table, landed_date] += len(lines) - len(sound)
            rows += [(*fields, landed_date) for fields in sound]
        columns = list(zip(*rows, strict=True)) or [()] * (len(checks) + 1)
        landed.sound[table] = pa.table(
            dict(zip(checks, (pa.array(each, pa.string()) for each in columns), strict=False))
            | {
                "landed_date": pa.array(columns[-1], pa.string()).cast(pa.date32()),
                "place": pa.array(range(len(rows)), pa.int64()),
            }
        )
    return landed


def _fields(line: bytes, names: list[str]) -> list[str] | None:
    """The fields of a line; none where it has not one for each column."""
    try:
        text = line.removesuffix(b"\r").decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text or text.count('"') % 2:
        return None
    try:
        fields = next(csv.reader([text], strict=True), [])
    except csv.Error:
        return None
    return fields if len(fields) == len(names) else None
