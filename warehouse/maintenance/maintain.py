"""Maintenance: small files brought together, and what nobody needs any more removed.

Every step can be interrupted and is completed by the next run. A compaction makes a snapshot of
the same rows; what held on to the one before it (the tag `published`, the memory of the table
itself and of downstream ones, the log of publications) is then moved along, so no model sees a
change and no mart looks unpublished.
"""

import math
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hdfs_native import FileStatus

from warehouse.errors import WarehouseError
from warehouse.maintenance.snapshots import expirable, with_the_same_rows
from warehouse.maintenance.summary import MaintenanceSummary, TableSummary
from warehouse.maintenance.tables import PUBLISHED, IcebergTable, ask, files_by_table, read_tables
from warehouse.settings import Settings
from warehouse.sql.connection import Connection, connect
from warehouse.sql.literals import literal

RETENTION = timedelta(days=3)
# A writer may have files that no snapshot knows yet; Iceberg itself refuses less than a day.
ORPHANS_AFTER = timedelta(days=3)
# From so many small files in a partition, or files of metadata, on it pays to bring them together.
SEVERAL = 5
_LOG = "publication_log"
_SYSTEM = "spark_catalog.system"
_TABLES_AT_ONCE = 4
# Older than any snapshot: nothing expires by its age, only what is named.
_NEVER = "timestamp'1970-01-02 00:00:00'"

Say = Callable[[str], None]


def maintain(
    settings: Settings, say: Say = lambda line: None, older_than: datetime | None = None
) -> MaintenanceSummary:
    """Compact the project's Iceberg tables and remove what neither readers nor builds need.

    Not to be run beside a dbt build of the same tables.

    Args:
        say: called with how it goes on, in lines for a person.
        older_than: snapshots that were superseded before this may go; three days ago where absent.

    Raises:
        WarehouseError: a mart has writes that are not published, or Spark refused.
        ServiceUnavailable: the Thrift Server or HDFS does not answer; run again to go on.
    """
    started = time.monotonic()
    with connect(settings) as connection:
        tables = read_tables(connection, settings)
        refuse_unpublished(tables)
        files = files_by_table(connection, settings)
        summaries = {
            table.name: TableSummary(
                table.name,
                files_before=table.file_count,
                bytes_before=sum(file.length for file in files[table.name]),
            )
            for table in tables
        }
        summary = MaintenanceSummary(list(summaries.values()))
        try:
            _compact(settings, connection, tables, summaries, say)
        finally:
            # Also where a table could not be compacted: the others have been.
            tables = read_tables(connection, settings)
            summary.completed = _move_along(connection, tables)
        tables = read_tables(connection, settings)
        _expire(settings, tables, summaries, older_than or datetime.now(UTC) - RETENTION, say)
        _remove_orphans(settings, tables, files, summaries, say)
        files = files_by_table(connection, settings)
        for table in tables:
            summaries[table.name].files_after = table.file_count
            summaries[table.name].bytes_after = sum(file.length for file in files[table.name])
    summary.seconds = time.monotonic() - started
    return summary


def refuse_unpublished(tables: list[IcebergTable]) -> None:
    """Stop while readers do not see what was built last, unless nothing was ever published.

    Raises:
        WarehouseError: names a mart with writes that are not published.
    """
    marts = [table for table in tables if table.layer == "marts_candidate"]
    if not any(mart.published for mart in marts):
        return
    for mart in marts:
        if mart.published not in with_the_same_rows(mart.snapshots, mart.current):
            raise WarehouseError(
                f"{mart.name} has writes that are not published",
                "run `dbt build`, or after its tests `dbt run-operation publish`, then this again",
            )


def behind(table: IcebergTable, tables: list[IcebergTable]) -> list[str]:
    """The downstream tables that have yet to consume the newest rows of a table."""
    newest = with_the_same_rows(table.snapshots, table.current)
    kept = {snapshot.number for snapshot in table.snapshots}
    return [
        other.name
        for other in tables
        if other.consumed.get(table.name, table.current) not in newest
        # What is no longer kept cannot be compared with: that table is rebuilt in any case.
        and other.consumed[table.name] in kept
    ]


def _side_by_side(
    settings: Settings,
    tables: Iterable[IcebergTable],
    do: Callable[[Connection, IcebergTable], None],
) -> None:
    """Do something with each table, with several at once."""

    def with_own_session(table: IcebergTable) -> None:
        with connect(settings) as connection:
            do(connection, table)

    with ThreadPoolExecutor(_TABLES_AT_ONCE) as pool:
        try:
            for done in [pool.submit(with_own_session, table) for table in tables]:
                done.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _compact(
    settings: Settings,
    connection: Connection,
    tables: list[IcebergTable],
    summaries: dict[str, TableSummary],
    say: Say,
) -> None:
    """Bring small files together, of data and of metadata, where there are several."""
    written = [table.name for table in tables if table.current]
    candidates = [table.name for table in tables if table.file_count >= SEVERAL]
    most_files = dict(
        ask(connection, candidates, "select {name}, max(file_count) from {table}.partitions")
    )
    manifests = dict(ask(connection, written, "select {name}, count(*) from {table}.manifests"))
    with_files = [name for name, count in most_files.items() if (count or 0) >= SEVERAL]
    with_manifests = [name for name, count in manifests.items() if count >= SEVERAL]

    def compact(connection: Connection, table: IcebergTable) -> None:
        is_compacted = False
        if table.name in with_files:
            [row] = connection.execute(
                f"call {_SYSTEM}.rewrite_data_files(table => '{table.name}', strategy => "
                f"'binpack', options => map('min-input-files', '{SEVERAL}'))"
            ).rows
            is_compacted = row[0] > 0
            if is_compacted:
                say(f"{table.name}: {row[0]:,} files brought together in {row[1]:,}")
        # A compaction of data leaves more manifests than it found.
        if table.name in with_manifests or is_compacted:
            [row] = connection.execute(
                f"call {_SYSTEM}.rewrite_manifests(table => '{table.name}')"
            ).rows
            summaries[table.name].manifests_rewritten = row[0]

    chosen = []
    for table in tables:
        if table.name not in (*with_files, *with_manifests):
            continue
        late = behind(table, tables)
        if late:
            # It would look as if each partition that was compacted had changed for them.
            summaries[table.name].note = f"not compacted: {', '.join(late)} must be built first"
            say(f"{table.name} is {summaries[table.name].note}")
        else:
            chosen.append(table)
    _side_by_side(settings, chosen, compact)


def _move_along(connection: Connection, tables: list[IcebergTable]) -> int:
    """Let what held on to a snapshot before a compaction hold on to the one after it.

    Returns how much was moved.
    """
    moved = 0
    alike = {
        table.name: with_the_same_rows(table.snapshots, table.current) - {table.current}
        for table in tables
    }
    current = {table.name: table.current for table in tables}
    for table in tables:
        if table.published in alike[table.name]:
            connection.execute(
                f"alter table {table.name} create or replace tag {PUBLISHED} "
                f"as of version {table.current}"
            )
            moved += 1
        stale = [name for name, at in table.consumed.items() if at in alike.get(name, ())]
        if stale:
            properties = ", ".join(
                f"'{table.memory_of(name)}' = '{current[name]}'" for name in stale
            )
            connection.execute(f"alter table {table.name} set tblproperties ({properties})")
            moved += len(stale)
    return moved + _move_log_along(connection, tables, alike)


def _move_log_along(
    connection: Connection, tables: list[IcebergTable], alike: dict[str, set[int]]
) -> int:
    """The same for the last published batch in the log, which names each mart's snapshot."""
    logs = [table for table in tables if table.name.split(".")[1] == _LOG and table.current]
    marts = {
        table.name.split(".")[1]: table for table in tables if table.layer == "marts_candidate"
    }
    if not logs:
        return 0
    [log] = logs
    last = f"(select max(publication_id) from {log.name})"
    rows = connection.execute(
        f"select publication_id, mart, snapshot_id from {log.name} where publication_id = {last}"
    ).rows
    new = {
        mart: marts[mart].current
        for _, mart, at in rows
        if at and mart in marts and int(at) in alike[marts[mart].name]
    }
    if new:
        cases = " ".join(f"when '{mart}' then '{number}'" for mart, number in new.items())
        named = ", ".join(f"'{mart}'" for mart in new)
        connection.execute(
            f"update {log.name} set snapshot_id = case mart {cases} end "
            f"where publication_id = {literal(rows[0][0])} and mart in ({named})"
        )
    return len(new)


def _expire(
    settings: Settings,
    tables: list[IcebergTable],
    summaries: dict[str, TableSummary],
    older_than: datetime,
    say: Say,
) -> None:
    """Remove the snapshots that nobody needs, and the files that only they have."""
    expired = {}
    for table in tables:
        consumed = {other.consumed[table.name] for other in tables if table.name in other.consumed}
        referenced = set(table.references.values())
        expired[table.name] = expirable(table.snapshots, referenced, consumed, older_than)

    def expire(connection: Connection, table: IcebergTable) -> None:
        numbers = expired[table.name]
        connection.execute(
            f"call {_SYSTEM}.expire_snapshots(table => '{table.name}', older_than => {_NEVER}, "
            f"snapshot_ids => array({', '.join(f'{number}L' for number in numbers)}))"
        )
        summaries[table.name].snapshots_expired = len(numbers)
        say(f"{table.name}: {len(numbers):,} snapshots expired")

    _side_by_side(settings, [table for table in tables if expired[table.name]], expire)


def _remove_orphans(
    settings: Settings,
    tables: list[IcebergTable],
    files: dict[str, list[FileStatus]],
    summaries: dict[str, TableSummary],
    say: Say,
) -> None:
    """Remove files that no snapshot knows, such as those of writers that were killed."""
    older_than = datetime.now(UTC) - ORPHANS_AFTER

    def has_old_files(table: IcebergTable) -> bool:
        written = (file.modification_time / 1000 for file in files[table.name])
        return min(written, default=math.inf) < older_than.timestamp()

    def remove(connection: Connection, table: IcebergTable) -> None:
        removed = connection.execute(
            f"call {_SYSTEM}.remove_orphan_files(table => '{table.name}', "
            f"older_than => {literal(older_than)})"
        ).rows
        if removed:
            summaries[table.name].orphans_removed = len(removed)
            say(f"{table.name}: {len(removed):,} files removed that no snapshot knew")

    # To look for them costs a job of Spark.
    chosen = [table for table in tables if table.current and has_old_files(table)]
    _side_by_side(settings, chosen, remove)
