"""Landing the ledger: its tables as Parquet in the raw zone, for the warehouse to compare with."""

import hashlib

import pyarrow as pa
import pyarrow.parquet as pq
from hdfs_native import WriteOptions

from generator.ledger.accumulator import SUMS
from generator.ledger.reading import Ledger
from generator.ledger.tables import VERSIONED
from warehouse.landing.hdfs.client import connect_to_hdfs, hdfs_errors
from warehouse.settings import Settings
from warehouse.sql.connection import connect

TABLES = (*SUMS, *VERSIONED, "files")


def land_ledger(settings: Settings, ledger: Ledger) -> int:
    """Bring a ledger to the raw zone in place of what was there; returns its rows.

    Raises:
        WarehouseError: HDFS or the Thrift Server refused.
        ServiceUnavailable: one of them does not answer.
    """
    hdfs = connect_to_hdfs(settings)
    schema = settings.schema_name("raw")
    row_count = 0
    held = hashlib.sha256()
    with connect(settings) as connection:
        for name in TABLES:
            table = ledger.lines(name)
            if not table.num_columns:
                continue
            row_count += table.num_rows
            place = f"{settings.raw_folder}/ledger/{name}"
            hidden = f"{place}/_ledger.parquet"
            content = _parquet(table)
            held.update(content)
            with hdfs_errors(settings, f"Storing the ledger's {name}"):
                with hdfs.create(hidden, WriteOptions(overwrite=True, create_parent=True)) as file:
                    file.write(content)
                hdfs.rename(hidden, f"{place}/ledger.parquet", overwrite=True)
            location = f"{settings.hdfs}{place}"
            connection.execute(
                f"create table if not exists {schema}.ledger_{name} using parquet "
                f"location '{location}'"
            )
            connection.execute(f"refresh table {schema}.ledger_{name}")
        # Data tests of what reads the ledger are run again when this differs.
        connection.execute(
            f"alter table {schema}.ledger_files set tblproperties ('landed' = '{held.hexdigest()}')"
        )
    return row_count


def remove_ledger(settings: Settings) -> bool:
    """Take a landed ledger out again; returns whether there was one.

    Raises:
        WarehouseError: HDFS or the Thrift Server refused.
        ServiceUnavailable: one of them does not answer.
    """
    hdfs = connect_to_hdfs(settings)
    schema = settings.schema_name("raw")
    with connect(settings) as connection:
        landed = {row[1] for row in connection.execute(f"show tables in {schema}").rows}
        # The one that the models look for goes first: without it they ask for no other.
        names = [name for name in ("files", *TABLES) if f"ledger_{name}" in landed]
        for name in dict.fromkeys(names):
            connection.execute(f"drop table {schema}.ledger_{name}")
    with hdfs_errors(settings, "Removing the ledger"):
        hdfs.delete(f"{settings.raw_folder}/ledger", recursive=True)
    return bool(names)


def _parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    content: bytes = sink.getvalue().to_pybytes()
    return content
