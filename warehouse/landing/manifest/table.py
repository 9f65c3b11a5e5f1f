"""The manifest: one row for every act of landing or withdrawing a file, only ever added to."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tenacity import retry, retry_if_exception, stop_after_attempt, wait_random_exponential

from warehouse.errors import WarehouseError
from warehouse.settings import Settings
from warehouse.sql.connection import Connection
from warehouse.sql.literals import literal

# Name, type and description of each column, in order.
COLUMNS = [
    ("file_id", "string", "identifies this landing; a file landed again gets a new one"),
    ("source_system", "string", "the source system the file came from"),
    ("table_name", "string", "the table of the source system it belongs to"),
    ("file_name", "string", "its name when it was landed, without .gz"),
    ("stored_path", "string", "where its bytes are in HDFS, without the address of the NameNode"),
    ("landed_date", "date", "the date it was landed under"),
    ("action", "string", "landed, or withdrawn: repeats the landed row it takes back"),
    ("byte_count", "bigint", "its bytes, decompressed"),
    ("line_count", "bigint", "its physical lines after the header, blank ones included"),
    ("repeated_header_count", "bigint", "how many of those lines are the header line again"),
    ("checksum", "string", "BLAKE3 of its decompressed bytes, in hexadecimal"),
    ("header_line", "string", "its first line, without byte order mark and line feed"),
    ("header_columns", "array<string>", "the column names in the header, unquoted and trimmed"),
    ("recorded_at", "timestamp", "when this row was committed (UTC)"),
]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = [name for name, _, _ in COLUMNS]
_NO_SNAPSHOT = "none"


@dataclass(frozen=True)
class LandedFile:
    """The landed row of one file; the attributes are the manifest's columns."""

    file_id: str
    source_system: str
    table_name: str
    file_name: str
    stored_path: str
    landed_date: date
    byte_count: int
    line_count: int
    repeated_header_count: int
    checksum: str
    header_line: str
    header_columns: list[str]
    recorded_at: datetime


@dataclass(frozen=True)
class Candidate:
    """A stored file about to be recorded, and the file ids it replaces."""

    landed: LandedFile
    replaces: Sequence[str] = ()


def file_id_of(stored_path: str, landed_at: datetime) -> str:
    """The id of landing a file at one moment."""
    text = f"{stored_path}\0{landed_at.astimezone(UTC).isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def manifest_name(settings: Settings) -> str:
    """The manifest's schema and table."""
    return f"{settings.schema_name('raw')}.manifest"


def create_manifest(connection: Connection, settings: Settings) -> None:
    """Create the manifest if it is not there."""
    columns = ", ".join(f"{name} {kind} comment {literal(text)}" for name, kind, text in COLUMNS)
    description = (
        "One row per act of landing or withdrawing a file. A file is live while its landed row "
        "has no withdrawn row of the same file_id."
    )
    connection.execute(
        f"create table if not exists {manifest_name(settings)} ({columns}) using iceberg "
        f"comment {literal(description)} tblproperties ("
        "'format-version' = '2', "
        "'write.distribution-mode' = 'none', "
        "'write.metadata.delete-after-commit.enabled' = 'true', "
        "'write.metadata.previous-versions-max' = '20')"
    )


def live_files(
    connection: Connection, settings: Settings, source_name: str | None = None, where: str = "true"
) -> list[LandedFile]:
    """The live files of one or all source systems, by table, date and name.

    Args:
        where: a further SQL condition on columns that a landed and its withdrawn row share.
    """
    # Types that the driver, or the server's time zone, would change on the way.
    safe = {
        "header_columns": "to_json(header_columns)",
        "recorded_at": "unix_micros(recorded_at)",
    }
    names = [field.name for field in fields(LandedFile)]
    selected = ", ".join(safe.get(name, name) for name in names)
    source = f"source_system = {literal(source_name)}" if source_name else "true"
    # One pass over the table: a withdrawn row repeats the landed one, so the condition finds both.
    rows = connection.execute(
        f"select action, {selected} from {manifest_name(settings)} where {source} and ({where})"
    ).rows
    withdrawn = {row[1 + names.index("file_id")] for row in rows if row[0] == "withdrawn"}
    landed = [
        _landed_file(dict(zip(names, row, strict=True)))
        for action, *row in rows
        if action == "landed"
    ]
    return sorted(
        (file for file in landed if file.file_id not in withdrawn),
        key=lambda file: (file.source_system, file.table_name, file.landed_date, file.file_name),
    )


def _landed_file(row: dict[str, Any]) -> LandedFile:
    typed = {
        "landed_date": date.fromisoformat(str(row["landed_date"])),
        "header_columns": json.loads(row["header_columns"]),
        "recorded_at": _EPOCH + timedelta(microseconds=row["recorded_at"]),
    }
    return LandedFile(**row | typed)


def _live(settings: Settings, source_name: str) -> str:
    """A subquery of the landed rows without a withdrawn row."""
    name = manifest_name(settings)
    source = f" and source_system = {literal(source_name)}"
    return (
        f"(select * from {name} as landed where action = 'landed'{source} and not exists "
        f"(select 1 from {name} as withdrawn where withdrawn.action = 'withdrawn'{source} "
        "and withdrawn.file_id = landed.file_id))"
    )


def _is_conflict(error: BaseException) -> bool:
    text = f"{error} {error.__cause__}"
    return isinstance(error, WarehouseError) and any(
        name in text for name in ("ValidationException", "CommitFailedException")
    )


_retried = retry(
    retry=retry_if_exception(_is_conflict),
    stop=stop_after_attempt(10),
    wait=wait_random_exponential(multiplier=0.2, max=5),
    reraise=True,
)


def current_snapshot(connection: Connection, settings: Settings) -> str:
    """The version of the manifest, as `record_landed` takes it; at most as new as what is read."""
    name = manifest_name(settings)
    rows = connection.execute(f"show tblproperties {name} ('current-snapshot-id')").rows
    snapshot: str = rows[0][1]
    return snapshot


def record_landed(
    connection: Connection,
    settings: Settings,
    source_name: str,
    candidates: Sequence[Candidate],
    unknown_at: str | None = None,
) -> set[str]:
    """Commit landed files, and the withdrawal of those they replace, in one statement.

    A candidate whose content or name is live by now, through another landing, is left out.

    Args:
        unknown_at: a version of the manifest in which no candidate's content or name was live.

    Returns:
        The file ids that were recorded.
    """
    ids = {candidate.landed.file_id for candidate in candidates}
    if unknown_at and not any(candidate.replaces for candidate in candidates):
        landed = ", ".join(_values(candidate.landed) for candidate in candidates)
        try:
            _add(connection, settings, unknown_at, f"values {landed}")
        except WarehouseError as error:
            if not _is_conflict(error):
                raise
        else:
            return ids
    return _record_landed(connection, settings, source_name, candidates, ids)


@_retried
def _record_landed(
    connection: Connection,
    settings: Settings,
    source_name: str,
    candidates: Sequence[Candidate],
    ids: set[str],
) -> set[str]:
    values = ", ".join(
        _values(candidate.landed, list(candidate.replaces)) for candidate in candidates
    )
    landed_names = ", ".join(_NAMES)
    withdrawn_columns = ", ".join(
        {"action": "'withdrawn'", "recorded_at": "accepted.recorded_at"}.get(name, f"live.{name}")
        for name in _NAMES
    )
    withdrawn = f"""
        union all
        select {withdrawn_columns}
        from accepted inner join live on array_contains(accepted.replaces, live.file_id)
        """
    # Seldom needed, and a third of the time that the statement takes.
    if not any(candidate.replaces for candidate in candidates):
        withdrawn = ""
    _add(
        connection,
        settings,
        _newest_snapshot(connection, settings),
        f"""
        with candidates ({landed_names}, replaces) as (values {values}),
        live as {_live(settings, source_name)},
        accepted as (
            select * from candidates where not exists (
                select 1 from live
                where live.table_name = candidates.table_name
                    and (live.checksum = candidates.checksum
                        or live.file_name = candidates.file_name)
                    and not array_contains(candidates.replaces, live.file_id)
            )
        )
        select {landed_names} from accepted {withdrawn}
        """,
    )
    result = connection.execute(
        f"select file_id from {manifest_name(settings)} where action = 'landed' "
        f"and source_system = {literal(source_name)} and file_id in ({_list(sorted(ids))})"
    )
    return {row[0] for row in result.rows}


@_retried
def record_withdrawn(
    connection: Connection, settings: Settings, source_name: str, file_ids: Sequence[str]
) -> None:
    """Commit the withdrawal of live files in one statement."""
    recorded_at = literal(datetime.now(UTC))
    columns = ", ".join(
        {"action": "'withdrawn' as action", "recorded_at": f"{recorded_at} as recorded_at"}.get(
            name, name
        )
        for name in _NAMES
    )
    _add(
        connection,
        settings,
        _newest_snapshot(connection, settings),
        f"select {columns} from {_live(settings, source_name)} "
        f"where file_id in ({_list(file_ids)})",
    )


def _newest_snapshot(connection: Connection, settings: Settings) -> str:
    # A session may hold an older version of the table.
    connection.execute(f"refresh table {manifest_name(settings)}")
    return current_snapshot(connection, settings)


def _add(connection: Connection, settings: Settings, snapshot: str, rows: str) -> None:
    """Add rows that were decided on by a version of the manifest, or a later one.

    Iceberg appends plain inserts without looking at what was committed meanwhile. This is a
    replacement of no rows, and Iceberg refuses it if any row was added since that version.
    """
    options = {"isolation-level": "serializable", "validate-from-snapshot-id": snapshot}
    if snapshot == _NO_SNAPSHOT:
        # Any row that is there was added since.
        del options["validate-from-snapshot-id"]
    given = ", ".join(f"{literal(name)} = {literal(value)}" for name, value in options.items())
    connection.execute(
        f"insert into {manifest_name(settings)} with ({given}) replace where false {rows}"
    )


def _values(landed: LandedFile, *further: list[str]) -> str:
    row = {"action": "landed"} | {
        field.name: getattr(landed, field.name) for field in fields(LandedFile)
    }
    return f"({', '.join(literal(value) for value in [*(row[n] for n in _NAMES), *further])})"


def _list(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)
