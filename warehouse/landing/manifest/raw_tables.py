"""The raw tables: external tables of text lines over the files in the raw zone."""

from collections.abc import Iterable
from datetime import date

from warehouse.landing.hdfs.paths import table_folder
from warehouse.landing.manifest.table import create_manifest
from warehouse.landing.sources import Source, Table, load_sources
from warehouse.settings import Settings
from warehouse.sql.connection import Connection, connect
from warehouse.sql.literals import literal


def prepare_raw_zone(settings: Settings) -> None:
    """Create the raw schema, the manifest and every declared raw table that is missing.

    Raises:
        UsageError: a declaration is not valid.
        ServiceUnavailable: the Thrift Server does not answer.
    """
    with connect(settings) as connection:
        create_raw_tables(connection, settings, load_sources())


def create_raw_tables(
    connection: Connection, settings: Settings, sources: Iterable[Source]
) -> None:
    """Create the raw schema, the manifest and the raw tables of some sources where missing."""
    schema = settings.schema_name("raw")
    location = f"{settings.hdfs}{settings.tables_folder}/{schema}.db"
    connection.execute(
        f"create schema if not exists {schema} comment 'Lines as they were landed' "
        f"location {literal(location)}"
    )
    existing = {row[1] for row in connection.execute(f"show tables in {schema}").rows}
    if "manifest" not in existing:
        create_manifest(connection, settings)
    for source in sources:
        for table in source.tables:
            if table.identifier not in existing:
                _create(connection, settings, source, table)


def raw_table_name(settings: Settings, table: Table) -> str:
    """The schema and name of a table's raw lines."""
    return f"{settings.schema_name('raw')}.{table.identifier}"


def add_partitions(
    connection: Connection, settings: Settings, table: Table, dates: Iterable[date]
) -> None:
    """Register landed dates of a raw table; costs the same however many it has."""
    partitions = " ".join(f"partition (landed_date = {literal(day)})" for day in sorted(dates))
    connection.execute(
        f"alter table {raw_table_name(settings, table)} add if not exists {partitions}"
    )


def _create(connection: Connection, settings: Settings, source: Source, table: Table) -> None:
    location = settings.hdfs + table_folder(settings, source.name, table.name)
    description = table.description or f"Lines of {table.name} from {source.name}."
    # Only a line feed ends a line: a lone carriage return within one must not split it.
    connection.execute(
        f"create table if not exists {raw_table_name(settings, table)} ("
        "line string comment 'the line, verbatim', "
        "landed_date date comment 'the date it was landed under') "
        f"using text options ('lineSep' = {literal(chr(10))}) partitioned by (landed_date) "
        f"location {literal(location)} comment {literal(description)}"
    )
