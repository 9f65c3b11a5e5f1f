"""A built mart against the oracle's table of the same name: equal rows, as often, both ways."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from warehouse.sql.connection import Connection

from .database import LandedFile

_VERSIONS = {"user_version_id": "dim_users", "product_version_id": "dim_products"}
_STEP = (
    "each -> concat(each.event_type, ' ', date_format(each.event_at, 'yyyy-MM-dd HH:mm:ss.SSS'))"
)
_FINEST = Decimal("0.0001")

Row = tuple[Any, ...]


def landed_files(connection: Connection, schema: str, copies: Iterable[Path]) -> list[LandedFile]:
    """The live files of the raw zone, in the order of landing.

    Args:
        connection: to the Thrift Server.
        schema: that of the manifest.
        copies: local files under the names under which they were landed.
    """
    paths = {path.name: path for path in copies}
    rows = connection.execute(
        "select file_id, source_system, table_name, file_name, landed_date, recorded_at "
        f"from {schema}.manifest where action = 'landed' and file_id not in "
        f"(select file_id from {schema}.manifest where action = 'withdrawn')"
    ).rows
    files = [
        LandedFile(*keys, name, date.fromisoformat(landed_date), landed_at, paths[name])
        for *keys, name, landed_date, landed_at in rows
    ]
    return sorted(files, key=lambda file: (file.landed_at, file.file_id))


class Marts:
    """The marts as built, with ids of versions written as `<source system>/<key>/<number>`."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._version_names: dict[str, dict[str, str]] = {}

    def rows(self, mart: str, schema: str | None = None) -> tuple[list[str], list[Row]]:
        """The columns of a mart, and its rows as comparable values."""
        relation = f"{schema or self._schema}.{mart}"
        described = self._connection.execute(f"describe {relation}").rows
        columns = {}
        for name, kind, *_ in described:
            if not kind or name.startswith("#"):
                break
            columns[name] = kind
        asked = [_asked(name, kind) for name, kind in columns.items()]
        found = self._connection.execute(f"select {', '.join(asked)} from {relation}").rows
        readers = [self._reader(mart, name, kind) for name, kind in columns.items()]
        return list(columns), [
            tuple(read(value) for read, value in zip(readers, row, strict=True)) for row in found
        ]

    def _reader(self, mart: str, name: str, kind: str) -> Callable[[Any], Any]:
        if name in _VERSIONS:
            names = self._names(name)
            return lambda value: names.get(value, value)
        return comparable

    def _names(self, column: str) -> dict[str, str]:
        if column not in self._version_names:
            dimension = _VERSIONS[column]
            key = column.removesuffix("_version_id") + "_id"
            found = self._connection.execute(
                f"select {column}, source_system, {key}, version_number "
                f"from {self._schema}.{dimension}"
            ).rows
            self._version_names[column] = {
                each: f"{source}/{owner}/{number}" if number else "unknown"
                for each, source, owner, number in found
            }
        return self._version_names[column]


def _asked(name: str, kind: str) -> str:
    # The connection gives no nested values; lists are compared as text, sketches as estimates.
    if kind == "binary":
        return f"hll_sketch_estimate({name}) as {name}"
    if kind == "array<struct<event_type:string,event_at:timestamp>>":
        return f"array_join(transform({name}, {_STEP}), ', ') as {name}"
    if kind.startswith("array"):
        return f"array_join({name}, ', ') as {name}"
    return name


def comparable(value: Any) -> Any:
    """A value as both sides have it: floats to nine digits, decimals to four, dates as text."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return round(value, 9) + 0.0
    if isinstance(value, Decimal):
        return float(value.quantize(_FINEST))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return value


def oracle_rows(oracle: duckdb.DuckDBPyConnection, mart: str, columns: list[str]) -> list[Row]:
    """The oracle's rows of a mart, in the columns of the built one, which it must have."""
    own = [name for name, *_ in oracle.execute(f"describe {mart}").fetchall()]
    assert sorted(own) == sorted(columns), f"{mart}: {set(own) ^ set(columns)}"
    found = oracle.execute(f"select {', '.join(columns)} from {mart}").fetchall()
    return [tuple(comparable(value) for value in row) for row in found]


def differences(built: Iterable[Row], expected: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Rows that only the mart has, and rows that only the oracle has."""
    ours, theirs = Counter(built), Counter(expected)
    return list((ours - theirs).elements()), list((theirs - ours).elements())
