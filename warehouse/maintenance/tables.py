"""The Iceberg tables of the project, and what their metadata says of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hdfs_native import FileStatus

from warehouse.maintenance.snapshots import Snapshot
from warehouse.services.hdfs import stored_files
from warehouse.settings import Settings
from warehouse.sql.connection import Connection

LAYERS = ("raw", "staging", "intermediate", "marts_candidate", "quality")
PUBLISHED = "published"
_CONSUMED = "absorbed."
# What a table calls itself in its memory.
_SELF = "self"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# So many metadata tables are asked by one statement.
_TABLES_AT_ONCE = 30


@dataclass
class IcebergTable:
    """A table, as its metadata describes it.

    Attributes:
        name: its schema and name.
        layer: one of `LAYERS`.
        consumed: which snapshot of each upstream table it has consumed, by that table's name, and
            under its own the one that came of it.
        snapshots: all that it keeps, the oldest first.
        references: its branches and tags, with their snapshots; `main` is the current one.
        file_count: data files of the current snapshot.
    """

    name: str
    layer: str
    consumed: dict[str, int]
    snapshots: list[Snapshot] = field(default_factory=list)
    references: dict[str, int] = field(default_factory=dict)
    file_count: int = 0

    @property
    def current(self) -> int | None:
        """The id of the current snapshot; none where nothing was ever written."""
        return self.references.get("main")

    def memory_of(self, name: str) -> str:
        """The property in which the table remembers a snapshot of a table, or of itself."""
        return _CONSUMED + (_SELF if name == self.name else name)

    @property
    def published(self) -> int | None:
        """The id of the snapshot that readers see, of a mart that was published."""
        return self.references.get(PUBLISHED)


def read_tables(connection: Connection, settings: Settings) -> list[IcebergTable]:
    """Every Iceberg table in the schemas of the project, by layer and name.

    Raises:
        WarehouseError: the metadata cannot be read.
        ServiceUnavailable: the connection was lost.
    """
    schemas = {row[0] for row in connection.execute("show schemas").rows}
    tables = [
        table
        for layer in LAYERS
        if settings.schema_name(layer) in schemas
        for table in _tables_of(connection, settings.schema_name(layer), layer)
    ]
    known = {table.name: table for table in tables}
    snapshots = (
        "select {name}, snapshot_id, parent_id, operation, unix_micros(committed_at), "
        "coalesce(summary['total-data-files'], 0) from {table}.snapshots"
    )
    file_counts: dict[int, int] = {}
    for name, number, parent, operation, micros, files in ask(connection, list(known), snapshots):
        committed_at = _EPOCH + timedelta(microseconds=micros)
        known[name].snapshots.append(Snapshot(number, parent, operation, committed_at))
        file_counts[number] = int(files)
    references = "select {name}, name, snapshot_id from {table}.refs"
    for name, reference, number in ask(connection, list(known), references):
        known[name].references[reference] = number
    for table in tables:
        table.snapshots.sort(key=lambda snapshot: snapshot.committed_at)
        table.file_count = file_counts.get(table.current or 0, 0)
    return tables


def ask(connection: Connection, names: Sequence[str], query: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a query of each table, asked for many tables at once.

    Args:
        query: with `{name}` for the table's name as a text and `{table}` for the table.
    """
    for begin in range(0, len(names), _TABLES_AT_ONCE):
        some = names[begin : begin + _TABLES_AT_ONCE]
        queries = [query.format(name=f"'{name}'", table=name) for name in some]
        yield from connection.execute(" union all ".join(queries)).rows


def files_by_table(connection: Connection, settings: Settings) -> dict[str, list[FileStatus]]:
    """The files in every table's folder in HDFS, data and metadata, by schema and name.

    Raises:
        ServiceUnavailable: HDFS does not answer.
    """
    schemas = {row[0] for row in connection.execute("show schemas").rows}
    files: dict[str, list[FileStatus]] = defaultdict(list)
    for schema in (settings.schema_name(layer) for layer in LAYERS):
        if schema not in schemas:
            continue
        described = connection.execute(f"describe schema {schema}").rows
        location = next(str(value) for key, value, *_ in described if key == "Location")
        folder = "/" + location.split("://", 1)[-1].split("/", 1)[-1]
        for file in stored_files(settings, folder):
            name = file.path.removeprefix(folder).lstrip("/").split("/")[0]
            files[f"{schema}.{name}"].append(file)
    return files


def _tables_of(connection: Connection, schema: str, layer: str) -> Iterator[IcebergTable]:
    views = {row[1] for row in connection.execute(f"show views in {schema}").rows}
    names = {row[1] for row in connection.execute(f"show tables in {schema}").rows}
    for name in sorted(names - views):
        rows = connection.execute(f"show tblproperties {schema}.{name}").rows
        properties = {str(row[0]): str(row[1]) for row in rows}
        if not properties.get("format", "").startswith("iceberg"):
            continue
        # Of small views and seeds a hash of the rows is remembered, which is no snapshot.
        consumed = {
            key.removeprefix(_CONSUMED): int(value)
            for key, value in properties.items()
            if key.startswith(_CONSUMED) and value.isdecimal()
        }
        if _SELF in consumed:
            consumed[f"{schema}.{name}"] = consumed.pop(_SELF)
        yield IcebergTable(f"{schema}.{name}", layer, consumed)
