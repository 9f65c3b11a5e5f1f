"""What a daily run lands: a day of the simulated shop, and what lies in drop folders."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from generator.generation import generate
from generator.ledger.reading import Ledger
from warehouse.landing.arrivals import missing_arrivals
from warehouse.landing.drop_folder import land_drop_folder, remove_landed
from warehouse.landing.manifest.live_files import list_live_files, unland
from warehouse.settings import Settings
from warehouse.simulated_shop.daily import generate_day, simulated_shop
from warehouse.sql.connection import Connection

from .conftest import MANIFEST, events

FIRST = date(2026, 11, 1)
PLAN = "seed: 2\ndays: 4\nusers: 200\nproducts: 50\nevents_per_day: 1000\n"


@pytest.fixture
def own(settings: Settings, tmp_path: Path) -> Settings:
    plan = tmp_path / "tiny.yml"
    plan.write_text(PLAN)
    return settings.model_copy(
        update={
            "data_folder": tmp_path / "data",
            "schedule_from": FIRST,
            "simulated_plan": str(plan),
        }
    )


def rows_of_manifest(connection: Connection) -> int:
    connection.execute(f"refresh table {MANIFEST}")
    return connection.execute(f"select count(*) from {MANIFEST}").rows[0][0]


def landed_ledger(connection: Connection) -> tuple:
    table = "landing_test_raw.ledger_files"
    connection.execute(f"refresh table {table}")
    return connection.execute(f"select count(*), max(landed_date) from {table}").rows[0]


def test_days__land_once_with_the_ledger_of_the_last(
    own: Settings, connection: Connection, tmp_path: Path
) -> None:
    said: list[str] = []
    first = generate_day(own, FIRST, said.append)
    assert (first.file_count, first.ledger_as_of) == (4, FIRST)
    assert landed_ledger(connection) == (4, str(FIRST))
    third = generate_day(own, FIRST + timedelta(days=2), said.append)
    assert third.ledger_row_count is None, "a day is missing before it"
    assert "No ledger is landed, and that of before is taken out" in said[-1]
    tables = connection.execute("show tables in landing_test_raw like 'ledger_*'").rows
    assert tables == []
    second = generate_day(own, FIRST + timedelta(days=1), said.append)
    assert second.ledger_as_of == FIRST + timedelta(days=2)
    before = rows_of_manifest(connection)
    again = generate_day(own, FIRST, said.append)
    assert (again.file_count, again.ledger_as_of) == (0, FIRST + timedelta(days=2))
    assert "2026-11-01 is landed already" in said
    assert rows_of_manifest(connection) == before
    shop = simulated_shop(own)
    assert shop is not None
    generate(tmp_path / "at_once", shop.plan, 1, 0, 2)
    at_once = Ledger(tmp_path / "at_once")
    assert landed_ledger(connection) == (at_once.lines("files").num_rows, str(at_once.as_of))
    assert not list(shop.folder.rglob("*.csv")), "no local copy is left"
    live = {(file.table_name, file.checksum) for file in list_live_files(own, "shop")}
    landed = at_once.lines("files").to_pylist()
    assert live == {(file["table"], file["checksum"]) for file in landed}


def test_days__go_on_where_they_were_interrupted(
    own: Settings, connection: Connection, tmp_path: Path
) -> None:
    shop = simulated_shop(own)
    assert shop is not None
    # Killed before its files were recorded: the ledger is there, nothing is live.
    generate(shop.folder, shop.plan, 1, 0, 0)
    assert list_live_files(own, "shop") == []
    assert generate_day(own, FIRST).file_count == 4
    # The ledger was lost with the data folder.
    elsewhere = own.model_copy(update={"data_folder": tmp_path / "new"})
    before = rows_of_manifest(connection)
    assert generate_day(elsewhere, FIRST).ledger_as_of == FIRST
    assert rows_of_manifest(connection) == before
    # Files of another shop: the ledger could not agree.
    other = events(tmp_path / "drop" / "events_other.csv", "one,two")
    drops = own.model_copy(update={"drop_folder": {"shop": other.parent}})
    assert land_drop_folder(drops, "shop", FIRST).landed_count == 1
    assert generate_day(own, FIRST + timedelta(days=1)).ledger_row_count is None
    unland(own, "shop", [other.name])
    assert generate_day(own, FIRST).ledger_as_of == FIRST + timedelta(days=1)


def test_drop_folder__lands_what_is_fit_and_removes_what_is_live(
    own: Settings, connection: Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "drop"
    drops = own.model_copy(update={"drop_folder": {"shop": folder}, "simulated_plan": ""})
    day = FIRST + timedelta(days=1)
    plain = events(folder / "events_a.csv", "1,2")
    packed = events(folder / "landed_date=2026-11-01" / "events_b.csv.gz", "3,4")
    unfinished = events(folder / "landed_date=2026-11-02" / "_events_c.csv", "5,6")
    wrong = folder / "orders_d.csv"
    wrong.write_text("some,other,columns\n")
    assert missing_arrivals(drops, day) == ["shop.events", "shop.orders"]
    summary = land_drop_folder(drops, "shop", day)
    assert (summary.landed_count, list(summary.refused)) == (2, [wrong])
    assert missing_arrivals(drops, day) == ["shop.orders"]
    dates = {file.file_name: file.landed_date for file in list_live_files(drops, "shop")}
    assert dates == {"events_a.csv": day, "events_b.csv": FIRST}
    before = rows_of_manifest(connection)
    again = land_drop_folder(drops, "shop", day)
    assert (again.landed_count, again.unchanged_count, len(again.refused)) == (0, 2, 1)
    assert rows_of_manifest(connection) == before
    # The same content under another name is live; other content under a landed name is not.
    copy = folder / "events_copy.csv"
    copy.write_bytes(plain.read_bytes())
    events(plain, "7,8")
    outside = events(tmp_path / "outside.csv", "1,2")
    link = folder / "events_link.csv"
    link.symlink_to(outside)
    size = copy.stat().st_size + packed.stat().st_size
    said: list[str] = []
    freed = remove_landed(drops, "shop", said.append)
    assert (freed.file_count, freed.byte_count) == (2, size)
    assert "Removed 2 landed files" in said[0]
    assert sorted(path for path in folder.rglob("*")) == sorted(
        [plain, link, wrong, unfinished, unfinished.parent]
    )
    assert outside.exists()
    refused = land_drop_folder(drops, "shop", day).refused
    assert "has other content than the events_a.csv" in refused[plain]
    assert remove_landed(drops, "shop", said.append).file_count == 0
