"""What `generator.generate` writes."""

import csv
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import yaml

from errors import UsageError, WarehouseError
from generator import Plan, Summary, already_generated, generate

ROOT = Path(__file__).resolve().parents[2]
SMALL = Plan(days=6, users=500, products=80, events=20_000)
DIRTY = replace(SMALL, dirt=0.1)
TABLES = ("events", "orders", "users", "products")


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.*"))
    }


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    """All rows with the day of their file, every value as text."""
    found = []
    for path in sorted(folder.glob(f"*/{table}_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            day = path.parent.name.removeprefix("landed_date=")
            found += [row | {"landed_date": day} for row in csv.DictReader(file, strict=True)]
    return found


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> tuple[Path, Summary]:
    folder = tmp_path_factory.mktemp("clean")
    return folder, generate(folder, SMALL)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory) -> tuple[Path, Summary]:
    folder = tmp_path_factory.mktemp("dirty")
    return folder, generate(folder, DIRTY)


@pytest.mark.parametrize("plan", [SMALL, DIRTY], ids=["clean", "dirty"])
def test_same_plan_gives_the_same_bytes(plan, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    assert generate(first, plan) == generate(again, plan)
    assert hashes(first) == hashes(again)
    assert len(hashes(first)) == plan.days * len(TABLES) + 1


def test_another_seed_gives_other_events(clean, tmp_path):
    generate(tmp_path, replace(SMALL, seed=2))
    keys = [{row["event_id"] for row in rows(folder, "events")} for folder in (clean[0], tmp_path)]
    assert not keys[0] & keys[1]


def test_headers_are_the_declared_columns(clean):
    declaration = yaml.safe_load(
        (ROOT / "models/staging/shop/_shop__sources.yml").read_text(encoding="utf-8")
    )
    for table in declaration["sources"][0]["tables"]:
        paths = list(clean[0].glob(f"*/{table['name']}_*.csv"))
        assert len(paths) == SMALL.days
        for path in paths:
            header = path.read_text(encoding="utf-8").partition("\n")[0]
            assert header.split(",") == table["config"]["meta"]["required_columns"]


def test_counts_and_amounts_are_those_of_the_summary(clean):
    folder, summary = clean
    events = rows(folder, "events")
    assert len(events) == SMALL.events == len({row["event_id"] for row in events})
    for table in TABLES:
        assert summary.tables[table]["lines"] == len(rows(folder, table))
    types = Counter(row["event_type"] for row in events)
    assert types == {kind: count for kind, count in summary.event_types.items() if count}
    sign = {"purchase": 1, "return": -1}
    revenue = sum(
        sign[row["event_type"]] * int(row["quantity"]) * Decimal(row["price"])
        for row in events
        if row["event_type"] in sign
    )
    assert revenue == summary.revenue
    assert all(types[kind] for kind in summary.event_types), "every type of event occurs"


def test_each_purchase_is_one_order_line(clean):
    folder, summary = clean
    events, lines = rows(folder, "events"), rows(folder, "orders")
    same = ("order_id", "user_id", "product_id", "quantity")
    bought = Counter(
        (*(row[name] for name in same), row["price"], row["event_time"])
        for row in events
        if row["event_type"] == "purchase"
    )
    ordered = Counter(
        (*(row[name] for name in same), row["unit_price"], row["ordered_at"])
        for row in lines
        if row["status"] == "pending"
    )
    assert bought == ordered
    assert len({row["order_id"] for row in lines}) == summary.orders
    keys = Counter((row["order_id"], row["order_line"], row["status"]) for row in lines)
    assert set(keys.values()) == {1}
    for row in lines:
        gross = int(row["quantity"]) * Decimal(row["unit_price"])
        assert Decimal(row["total_amount"]) == gross - Decimal(row["discount_amount"])


def test_each_return_is_a_returned_order_line(clean):
    folder, _ = clean
    came_back = Counter(
        (row["order_id"], row["product_id"], row["quantity"], row["event_time"])
        for row in rows(folder, "events")
        if row["event_type"] == "return"
    )
    lines = rows(folder, "orders")
    returned = [row for row in lines if row["status"] == "returned"]
    assert came_back == Counter(
        (row["order_id"], row["product_id"], row["quantity"], row["updated_at"]) for row in returned
    )
    completed = {
        (row["order_id"], row["order_line"]): row["updated_at"]
        for row in lines
        if row["status"] == "completed"
    }
    assert returned
    assert all(
        completed[row["order_id"], row["order_line"]] < row["updated_at"] for row in returned
    )


def test_keys_refer_to_users_and_products(clean):
    folder, _ = clean
    known = {
        name: {row[name] for row in rows(folder, table)}
        for name, table in (("user_id", "users"), ("product_id", "products"))
    }
    assert {name: len(keys) for name, keys in known.items()} == {
        "user_id": SMALL.users,
        "product_id": SMALL.products,
    }
    for row in rows(folder, "events") + rows(folder, "orders"):
        for name, keys in known.items():
            assert row[name] == "" or row[name] in keys


def test_rows_stand_in_the_file_of_their_day(clean):
    moment = {"events": "event_time", "orders": "updated_at"}
    for table, column in moment.items():
        for row in rows(clean[0], table):
            assert row[column].startswith(row["landed_date"])


def test_events_look_like_a_shop(clean):
    folder, _ = clean
    events = rows(folder, "events")
    assert all(row["visitor_id"] for row in events)
    for column in ("user_id", "session_id"):
        share = sum(not row[column] for row in events) / len(events)
        assert 0.02 < share < 0.8, column
    assert any("," in row["user_agent"] for row in events)
    size = sum(path.stat().st_size for path in folder.glob("*/events_*.csv"))
    assert 120 <= size / len(events) <= 200
    views = Counter(row["product_id"] for row in events)
    assert views.most_common(1)[0][1] > 5 * len(events) / SMALL.products
    hours = Counter(row["event_time"][11:13] for row in events)
    assert hours["19"] > 3 * hours["03"]


def test_a_database_reads_the_types(clean):
    found = duckdb.sql(
        f"""
        select count(*), count(event_time), sum(price * quantity) filter (event_type = 'purchase')
        from read_csv('{clean[0]}/*/events_*.csv', types = {{
            'event_time': 'timestamptz', 'price': 'decimal(18, 4)', 'quantity': 'int'
        }})
        """
    ).fetchall()
    cents = clean[1].purchased_cents
    assert found == [(SMALL.events, SMALL.events, Decimal(cents).scaleb(-2))]


def test_dirt_leaves_what_the_good_lines_say(clean, dirty):
    good, all_lines = (
        Counter(
            line
            for path in folder.glob("*/events_*.csv")
            for line in path.read_text(encoding="utf-8").splitlines()[1:]
        )
        for folder in (clean[0], dirty[0])
    )
    counts = dirty[1].tables["events"]
    assert good.keys() <= all_lines.keys()
    bad = sum(count for line, count in all_lines.items() if line not in good)
    assert bad == counts["damaged"]
    assert sum(all_lines.values()) == counts["lines"]
    assert counts["lines"] == SMALL.events + counts["damaged"] + counts["duplicates"]
    assert dirty[1].revenue == clean[1].revenue


def test_dirt_has_the_rate_asked_for(dirty):
    for table in ("events", "users"):
        counts = dirty[1].tables[table]
        for sort in ("damaged", "duplicates", "late"):
            assert counts[sort] / counts["lines"] == pytest.approx(DIRTY.dirt / 3, rel=0.4), sort


def test_late_lines_come_one_to_three_days_later(dirty):
    delays = Counter()
    for row in rows(dirty[0], "events"):
        if row["event_time"] and row["event_time"][:2] == "20" and len(row["event_time"]) == 24:
            day = date.fromisoformat(row["event_time"][:10])
            delays[(date.fromisoformat(row["landed_date"]) - day).days] += 1
    assert delays.keys() == {0, 1, 2, 3}
    assert sum(delays.values()) - delays[0] == dirty[1].tables["events"]["late"]


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("days", 0),
        ("days", 367),
        ("users", 0),
        ("products", 100_001),
        ("events", -1),
        ("seed", -1),
        ("dirt", 0.6),
        ("dirt", float("nan")),
        ("start_date", date(1999, 12, 31)),
    ],
)
def test_arguments_out_of_range_are_refused(argument, value):
    with pytest.raises(UsageError) as refusal:
        Plan(**{argument: value})
    option = "--" + argument.replace("_", "-")
    assert f"{option} {value}" in str(refusal.value)
    assert " to " in refusal.value.fix


@pytest.mark.parametrize("days", [1, 5])
def test_smallest_plan(days, tmp_path):
    summary = generate(tmp_path, Plan(days=days, users=1, products=1, events=1))
    assert len(list(tmp_path.glob("*/*.csv"))) == 4 * days
    assert summary.tables["events"]["lines"] == 1
    assert summary.revenue == 0


def test_earlier_output_is_replaced(tmp_path):
    generate(tmp_path, SMALL)
    shorter = replace(SMALL, days=2, events=100)
    assert already_generated(tmp_path, SMALL)
    generate(tmp_path, shorter)
    assert len(list(tmp_path.glob("landed_date=*"))) == 2
    assert already_generated(tmp_path, shorter)
    assert not already_generated(tmp_path, SMALL)


def test_an_interrupted_run_is_replaced(tmp_path):
    def interrupt(days_written: int) -> None:
        if days_written == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path, SMALL, interrupt)
    assert len(list(tmp_path.glob("landed_date=*"))) == 2
    assert not already_generated(tmp_path, SMALL)
    generate(tmp_path, SMALL)
    assert already_generated(tmp_path, SMALL)


@pytest.mark.parametrize(
    ("name", "beside_ours"),
    [
        ("notes.txt", False),
        ("notes.txt", True),
        ("landed_date=2024-03-01/events_2024-03-01.csv", False),
        ("landed_date=2024-03-01/events.csv", True),
    ],
)
def test_files_of_others_are_kept(name, beside_ours, tmp_path):
    if beside_ours:
        generate(tmp_path, replace(SMALL, days=1, events=10))
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("mine")
    with pytest.raises(UsageError, match="did not write"):
        generate(tmp_path, SMALL)
    assert file.read_text() == "mine"


def test_a_file_in_the_way_is_named(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(WarehouseError, match="file"):
        generate(file, SMALL)
