"""The ledger equals what an independent computation finds in the landed files."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from generator.generation import generate
from generator.ledger.accumulator import SUMS
from generator.ledger.reading import Ledger
from generator.ledger.sums import INTENDED, OBSERVABLE, READINGS
from generator.ledger.tables import VERSIONED
from generator.plan import Catalogue, Dirt, Intent, People, Plan

from .clean import CLEAN
from .landed_lines import LINE_KEYS, LandedLines, read_landed_lines

ORACLE = (Path(__file__).parent / "oracle.sql").read_text()
TABLES = (*SUMS, *VERSIONED)
DIRTY = Dirt(
    duplicate=0.01,
    resent=0.01,
    late=0.03,
    malformed=0.01,
    skewed=0.01,
    orphan_users=0.02,
    orphan_products=0.02,
    oddities=0.05,
    new_column_from=date(2024, 3, 2),
    new_order_from=date(2024, 3, 4),
)
FILTHY = Dirt(
    duplicate=0.05,
    resent=0.1,
    late=0.3,
    malformed=0.25,
    skewed=0.2,
    orphan_users=0.1,
    orphan_products=0.1,
)
# Six days of much, as of each; fifty days of little across months, where almost all goes wrong.
WEEK = Plan(seed=11, start_date=date(2024, 2, 28), users=2000, products=300, events_per_day=6000)
WEEK = WEEK.model_copy(update={"days": 6, "dirt": DIRTY})
MONTHS = Plan(
    seed=12,
    start_date=date(2023, 12, 25),
    users=150,
    products=60,
    events_per_day=700,
    days=50,
    people=People(changes=24, deletions=0.5, without_session_id=0.3, logged_in=0.6),
    catalogue=Catalogue(price_changes=24, discontinued=0.9),
    intent=Intent(cart=0.4, buy=0.5, remove=0.3, returned=0.9, cancelled=0.2),
    dirt=FILTHY,
)
AS_OF = {"week": range(6), "months": (3, 12, 20, 33, 38, 42, 46, 49)}
PLANS = {"week": WEEK, "months": MONTHS}


@dataclass
class Generated:
    """A generated shop, and its landed lines in DuckDB."""

    name: str
    plan: Plan
    folder: Path
    lines: LandedLines
    connection: duckdb.DuckDBPyConnection

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.folder)


@pytest.fixture(scope="module", params=PLANS)
def generated(request, tmp_path_factory) -> Generated:
    plan = PLANS[request.param]
    folder = tmp_path_factory.mktemp(request.param)
    generate(folder, plan, workers=1)
    lines = read_landed_lines(folder)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("set variable window_days = 30")
    lines.register(connection)
    return Generated(request.param, plan, folder, lines, connection)


def comparable(table: pa.Table, columns: list[str]) -> Counter[tuple[object, ...]]:
    """The rows as a multiset; moments without zone, rates to twelve digits."""
    values = []
    for name in columns:
        column = table[name]
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("ms")) if not column.type.tz else column
            column = pc.cast(column, pa.int64()) if column.type.unit == "ms" else column
        elif pa.types.is_floating(column.type):
            column = pc.round(column, 12)
        elif pa.types.is_decimal(column.type):
            column = column.cast(pa.decimal128(38, 2))
        elif pa.types.is_integer(column.type):
            column = column.cast(pa.int64())
        values.append(column.to_pylist())
    return Counter(zip(*values, strict=True))


def differences(found: pa.Table, expected: pa.Table) -> tuple[list[object], list[object]]:
    """Rows too many and rows missing, at most ten of each."""
    columns = [name for name in found.column_names if name != "landed_date"]
    assert set(columns) == set(expected.column_names) - {"landed_date"}
    ours, theirs = comparable(found, columns), comparable(expected, columns)
    return list((ours - theirs).elements())[:10], list((theirs - ours).elements())[:10]


def test_observable_reading_equals_what_the_landed_lines_tell(generated):
    wrong = {}
    for day in AS_OF[generated.name]:
        as_of = generated.plan.date_of(day)
        generated.connection.execute(f"set variable as_of = date '{as_of}'")
        generated.connection.execute(ORACLE)
        ledger = Ledger(generated.folder, as_of)
        for name in TABLES:
            expected = generated.connection.sql(f"from oracle_{name}").to_arrow_table()
            found = ledger.table(name, OBSERVABLE)
            assert found.num_rows or not expected.num_rows, name
            if found.num_rows and any(rows := differences(found, expected)):
                wrong[name, str(as_of)] = rows
    assert not wrong, repr(wrong)


def test_every_table_has_rows_in_both_readings(generated):
    for name in TABLES:
        for reading in READINGS:
            assert generated.ledger.table(name, reading).num_rows > 5 or name == "cohorts", name


def test_lines_of_files_are_counted(generated):
    counted, malformed = Counter(), Counter()
    for row in generated.ledger.lines("files").to_pylist():
        counted[row["table"], row["landed_date"]] += row["line_count"]
        malformed[row["table"], row["landed_date"]] += row["malformed_count"]
    assert counted == generated.lines.line_counts
    assert malformed == +generated.lines.malformed_counts + Counter()


def dirty_keys(generated: Generated, table: str, *defects: str) -> Counter[tuple[str, str]]:
    """(landed date, key) of the lines with one of some defects."""
    return Counter(
        (row["landed_date"], row["line_key"])
        for row in generated.ledger.lines("dirty_lines").to_pylist()
        if row["table_name"] == table and row["defect"] in defects
    )


def landed_keys(generated: Generated, table: str, condition: str) -> Counter[tuple[str, str]]:
    """(landed date, key) of the sound lines with a condition."""
    return Counter(
        generated.connection.execute(
            f"""
            with lines as (
                select
                    *,
                    {LINE_KEYS[table]} as line_key,
                    row_number() over (partition by {LINE_KEYS[table]} order by place) as copy
                from {table.removesuffix("s")}_lines
            )

            select landed_date::text, line_key from lines where {condition}
            """
        ).fetchall()
    )


@pytest.mark.parametrize("table", LINE_KEYS)
def test_duplicate_lines_are_listed(generated, table):
    duplicates = dirty_keys(generated, table, "duplicate")
    assert duplicates == landed_keys(generated, table, "copy > 1")
    assert duplicates


@pytest.mark.parametrize(
    ("table", "moment"),
    [("events", "event_time"), ("orders", "updated_at"), ("users", "updated_at")],
)
def test_late_lines_are_listed(generated, table, moment):
    # What is malformed, or timed by a wrong clock, does not show that it is late.
    hidden = {key for _, key in dirty_keys(generated, table, "malformed", "skewed_clock")}
    start = generated.plan.start_date
    late = landed_keys(
        generated,
        table,
        f"copy = 1 and greatest({moment}::timestamp::date, date '{start}') < landed_date",
    )

    def shown(keys: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
        return Counter({each: many for each, many in keys.items() if each[1] not in hidden})

    assert shown(dirty_keys(generated, table, "late")) == shown(late)
    assert shown(late)


@pytest.mark.parametrize("table", ["events", "orders"])
@pytest.mark.parametrize("owner", ["user", "product"])
def test_orphans_are_listed(generated, table, owner):
    malformed = {key for _, key in dirty_keys(generated, table, "malformed")}
    orphans = {
        each: many
        for each, many in dirty_keys(generated, table, f"orphan_{owner}").items()
        if each[1] not in malformed
    }
    unknown = landed_keys(
        generated,
        table,
        f"""
        {owner}_id <> ''
        and not exists (
            select 1 from {owner}_lines as known
            where known.{owner}_id = lines.{owner}_id and known.landed_date <= lines.landed_date
        )
        """,
    )
    assert orphans == unknown
    assert orphans


@pytest.mark.parametrize("table", ["users", "products"])
def test_no_two_versions_hold_from_the_same_moment(generated, table):
    """Else it would be open which of them a mart should show."""
    owner = table.removesuffix("s")
    several = generated.connection.sql(
        f"""
        select {owner}_id, updated_at
        from (select distinct * exclude (landed_date, place) from {owner}_lines)
        group by all
        having count(*) > 1
        """
    )
    assert several.fetchall() == []


def test_files_sum_up_the_dirty_lines(generated):
    for defect in ("duplicate", "late"):
        in_files = Counter()
        for row in generated.ledger.lines("files").to_pylist():
            in_files[row["table"], row["landed_date"]] += row[f"{defect}_count"]
        listed = Counter(
            (row["table_name"], row["landed_date"])
            for row in generated.ledger.lines("dirty_lines").to_pylist()
            if row["defect"] == defect
        )
        assert +in_files == listed


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("clean")
    generate(folder, WEEK.model_copy(update={"dirt": CLEAN}), workers=1)
    return folder


def test_without_dirt_only_what_lands_after_the_end_is_not_observable(clean):
    """All but the last day's visits, which go on after midnight, are known when all landed."""
    ledger = Ledger(clean)
    last = ledger.as_of
    for name in TABLES:
        intended, observable = (ledger.table(name, reading) for reading in READINGS)
        if "session_date" in intended.column_names or name == "events_daily":
            column = "event_date" if name == "events_daily" else "session_date"
            intended, observable = (
                each.filter(pc.less(each[column], pa.scalar(last)))
                for each in (intended, observable)
            )
        assert intended.num_rows
        assert not any(differences(intended, observable)), name


def test_without_dirt_no_line_is_dirty(clean):
    assert set(Ledger(clean).lines("dirty_lines").to_pydict().get("defect", [])) == set()


def test_what_the_shop_did_does_not_depend_on_the_dirt(clean, tmp_path):
    generate(tmp_path, WEEK, workers=1)
    for day in range(WEEK.days):
        dirty, pure = (Ledger(folder, WEEK.date_of(day)) for folder in (tmp_path, clean))
        for name in TABLES:
            rows = [each.table(name, INTENDED) for each in (dirty, pure)]
            assert not any(differences(*rows)), (name, day)
