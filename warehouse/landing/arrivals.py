"""Arrivals: whether what a date should bring has been landed."""

from collections.abc import Iterable
from datetime import date

from warehouse.landing.manifest.table import live_files
from warehouse.landing.sources import SIMULATED, load_source
from warehouse.settings import Settings
from warehouse.sql.connection import connect
from warehouse.sql.literals import literal


def scheduled_sources(settings: Settings) -> list[str]:
    """The source systems that scheduled runs land: the simulated shop, and those that drop files.

    Sorted by name.
    """
    simulated = {SIMULATED} if settings.scheduled_plan else set()
    return sorted(simulated | set(settings.drop_folder))


def missing_arrivals(
    settings: Settings, landed_date: date, sources: Iterable[str] | None = None
) -> list[str]:
    """The tables that should bring a file every day and have no live one of a date.

    Which tables those are is declared with `arrives: daily` in the sources file.

    Args:
        sources: the source systems to look at; the scheduled ones where absent.

    Returns:
        Tables as `shop.events`, in the order of their declaration.

    Raises:
        UsageError: there is no such source system.
        WarehouseError: the manifest cannot be read.
        ServiceUnavailable: the Thrift Server does not answer.
    """
    names = scheduled_sources(settings) if sources is None else sources
    expected = [
        (name, table.name)
        for name in names
        for table in load_source(name).tables
        if table.arrives_daily
    ]
    if not expected:
        return []
    asked = ", ".join(literal(name) for name in sorted({name for name, _ in expected}))
    where = f"landed_date = {literal(landed_date)} and source_system in ({asked})"
    with connect(settings) as connection:
        landed = {
            (file.source_system, file.table_name)
            for file in live_files(connection, settings, where=where)
        }
    return [f"{name}.{table}" for name, table in expected if (name, table) not in landed]
