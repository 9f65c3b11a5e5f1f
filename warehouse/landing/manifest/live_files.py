"""The live files: listing them and withdrawing some; their bytes stay where they are."""

from collections.abc import Iterable
from pathlib import Path

from warehouse.errors import UsageError
from warehouse.landing.local_files.discovery import name_without_compression
from warehouse.landing.manifest.raw_tables import create_raw_tables
from warehouse.landing.manifest.table import LandedFile, live_files, record_withdrawn
from warehouse.landing.sources import load_source
from warehouse.settings import Settings
from warehouse.sql.connection import connect
from warehouse.sql.literals import literal


def unland(
    settings: Settings, source: str, file_names: Iterable[str], table: str | None = None
) -> list[LandedFile]:
    """Withdraw live files, all of them or none.

    Args:
        source: name of a declared source system.
        file_names: names, or paths ending in the names, under which the files were landed.
        table: the table they belong to, where several have a file of that name.

    Returns:
        The files that were withdrawn.

    Raises:
        UsageError: a name is not that of exactly one live file.
        ServiceUnavailable: the Thrift Server does not answer.
    """
    declared = load_source(source)
    names = sorted({name_without_compression(Path(name)) for name in file_names})
    condition = f"file_name in ({', '.join(literal(name) for name in names)})"
    if table:
        condition += f" and table_name = {literal(declared.table(table).name)}"
    with connect(settings) as connection:
        create_raw_tables(connection, settings, [declared])
        live = live_files(connection, settings, source, condition)
        for name in names:
            tables = [file.table_name for file in live if file.file_name == name]
            if not tables:
                raise UsageError(
                    f"{name} is not a live file of {source}",
                    f"see `warehouse landed {source}` for those that are",
                )
            if len(set(tables)) > 1:
                raise UsageError(
                    f"{name} is a live file of {' and '.join(sorted(set(tables)))}",
                    "name the table with --table",
                )
        record_withdrawn(connection, settings, source, [file.file_id for file in live])
    return live


def list_live_files(settings: Settings, source: str | None = None) -> list[LandedFile]:
    """The live files of one or all source systems, by source, table, date and name.

    Raises:
        UsageError: there is no such source system.
        ServiceUnavailable: the Thrift Server does not answer.
    """
    declared = [load_source(source)] if source else []
    with connect(settings) as connection:
        create_raw_tables(connection, settings, declared)
        return live_files(connection, settings, source)
