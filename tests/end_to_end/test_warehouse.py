"""CSV logs to marts on the real cluster, compared with independent computations."""

import json
import signal
import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from cluster import processes
from generator import generate
from generator.plan import Plan
from settings import PROJECT_ROOT, Settings

from .conftest import Run

Query = Callable[[str], list[tuple]]
DATA = PROJECT_ROOT / "tests" / "data"
TABLES = [
    "staging.stg_shop__events",
    "staging.stg_shop__order_lines",
    "staging.stg_shop__users",
    "staging.stg_shop__products",
    "staging.stg_rees46__events",
    "staging.stg_online_retail__order_lines",
    "marts.fct_events",
    "marts.fct_sessions",
    "marts.fct_order_lines",
    "marts.agg_event_types_daily",
    "marts.dim_dates",
    "quality.quarantined_lines",
    "quality.fact_lines_by_file",
]
TABLES_OF_SHOP = [table.removeprefix("staging.") for table in TABLES[:4]]


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    """Four days of a small shop with dirt; the last two are landed by the tests themselves."""
    folder = tmp_path_factory.mktemp("shop")
    plan = Plan(4, date(2024, 3, 1), 300, 60, 6000, 3, 0.02)
    generate(folder, plan)
    return folder, json.loads((folder / "generated.json").read_text())


@pytest.fixture(scope="module")
def built(warehouse: Run, dbt: Run, week: tuple[Path, dict]) -> Path:
    """Two days of the shop and both real shops' excerpts, landed and built with every test."""
    folder, _ = week
    for day in ("2024-03-01", "2024-03-02"):
        warehouse("land", "shop", folder / f"landed_date={day}")
    warehouse("land", "rees46", DATA / "2019-Oct.csv", "--landed-date", "2019-11-01")
    excerpt = DATA / "online_retail_excerpt.csv"
    warehouse("land", "online_retail", excerpt, "--landed-date", "2011-12-10")
    dbt("build", timeout=900)
    return folder


def test_build__no_line_vanishes(built: Path, query: Query) -> None:
    files = query(
        "select file_name, line_count, fact_count, duplicate_count, quarantined_count "
        "from quality.file_reconciliation"
    )
    assert len(files) == 2 * 4 + 2
    for name, lines, facts, duplicates, quarantined in files:
        assert lines == facts + duplicates + quarantined, name
    assert sum(quarantined for *_, quarantined in files) > 10


def test_build__online_retail_to_the_cent(built: Path, query: Query) -> None:
    excerpt = DATA / "online_retail_excerpt.csv"
    lines = f"read_csv('{excerpt}', all_varchar = true, delim = ',', quote = '\"')"
    amount = "cast(Quantity as decimal(18, 4)) * cast(UnitPrice as decimal(18, 4))"
    published = (
        "CustomerID is not null and InvoiceNo not like 'C%' "
        "and cast(Quantity as int) > 0 and cast(UnitPrice as decimal(18, 4)) > 0"
    )
    [expected_all] = duckdb.sql(f"select count(*), sum({amount}) from {lines}").fetchall()
    [expected_filtered] = duckdb.sql(
        "select count(*), count(distinct InvoiceNo), count(distinct CustomerID), "
        f"sum({amount}) from {lines} where {published}"
    ).fetchall()
    ours = "from marts.fct_order_lines where source_system = 'online_retail'"
    assert query(f"select count(*), sum(signed_amount) {ours}") == [expected_all]
    assert query(f"select count(*), sum(net_amount) {ours}") == [expected_all]
    assert query(
        "select count(*), count(distinct order_id), count(distinct user_id), sum(signed_amount) "
        f"{ours} and user_id is not null and not is_return and quantity > 0 and unit_price > 0"
    ) == [expected_filtered]


def test_build__rees46_equals_duckdb(built: Path, query: Query) -> None:
    text = (DATA / "2019-Oct.csv").read_text().splitlines()[1:]
    whole = sorted({line for line in text if line.count(",") == 8})
    expected = duckdb.sql(
        """
        select
            f[1][1:10],
            case f[2] when 'cart' then 'add_to_cart' else f[2] end,
            count(*),
            count(distinct f[8]),
            sum(case when f[2] = 'purchase' then cast(f[7] as decimal(18, 4)) else 0 end)
        from (select string_split(line, ',') as f from (select unnest($lines) as line))
        group by all order by all
        """,
        params={"lines": whole},
    ).fetchall()
    assert (
        query(
            "select event_date, event_type, event_count, visitor_count, revenue_amount "
            "from marts.agg_event_types_daily where source_system = 'rees46' order by 1, 2"
        )
        == expected
    )
    assert len(text) - len(whole) == 5, "four repeats and the line cut off"
    assert query(
        "select quarantine_reason, line_count from quality.quarantined_lines "
        "where source_system = 'rees46'"
    ) == [("missing_field", 1)]


def test_build__rees46_sessions_equal_a_plain_loop(built: Path, query: Query) -> None:
    visits: dict[tuple[str, str], list[datetime]] = {}
    for line in set((DATA / "2019-Oct.csv").read_text().splitlines()[1:]):
        fields = line.split(",")
        if len(fields) == 9:
            visits.setdefault((fields[7], fields[8]), []).append(
                datetime.strptime(fields[0], "%Y-%m-%d %H:%M:%S UTC")
            )
    expected = []
    for (visitor, given), moments in visits.items():
        start = last = None
        for moment in sorted(moments):
            gap = timedelta(hours=24) if given else timedelta(minutes=30)
            if start is None or moment - last > gap or moment - start >= timedelta(hours=24):
                start = moment
                expected.append([visitor, start.isoformat(sep=" "), 0])
            expected[-1][2] += 1
            last = moment
    ours = query(
        "select visitor_id, date_format(started_at, 'yyyy-MM-dd HH:mm:ss'), event_count "
        "from marts.fct_sessions where source_system = 'rees46'"
    )
    assert sorted(map(list, ours)) == sorted(expected)


def test_build__shop_equals_what_was_generated(
    built: Path, week: tuple[Path, dict], query: Query
) -> None:
    lines = [
        line
        for day in ("2024-03-01", "2024-03-02")
        for file in (built / f"landed_date={day}").glob("events*.csv")
        for line in file.read_text().splitlines()[1:]
    ]
    [(facts, revenue)] = query(
        "select count(*), sum(revenue_amount) from marts.fct_events where source_system = 'shop'"
    )
    [(sessions_revenue, sessions_events)] = query(
        "select sum(revenue_amount), sum(event_count) from marts.fct_sessions "
        "where source_system = 'shop'"
    )
    assert (facts, revenue) == (sessions_events, sessions_revenue)
    assert 0.9 * len(lines) < facts < len(lines)
    assert isinstance(revenue, Decimal) and revenue > 0


def test_build__tables_have_their_declared_types(
    built: Path, environment: dict[str, str], query: Query
) -> None:
    manifest = json.loads((Path(environment["DBT_TARGET_PATH"]) / "manifest.json").read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) >= len(TABLES)
    for model in models:
        declared = [(c["name"], c["data_type"]) for c in model["columns"].values()]
        described = query(f"describe {model['schema']}.{model['name']}")
        names = len(declared)
        assert [row[:2] for row in described[:names]] == declared, model["name"]
        comments = [row[2] for row in described[:names]]
        assert all(comments), f"{model['name']} lacks the description of a column"


def test_build__iceberg_tables_are_seen_as_such(built: Path, dbt: Run, query: Query) -> None:
    """Without our listing of relations dbt-spark drops the table and its history is lost."""
    before = len(query("select * from marts.dim_dates.history"))
    dbt("run", "--select", "dim_dates")
    assert len(query("select * from marts.dim_dates.history")) == before + 1


def snapshots(query: Query) -> dict[str, int]:
    """The current snapshot of every table."""
    return {
        table: query(f"select snapshot_id from {table}.refs where name = 'main'")[0][0]
        for table in TABLES
    }


def assert_equal(query: Query, before: dict[str, int], why: str) -> None:
    """Every table has the rows that it had in an earlier snapshot, no more and no less."""
    for table, snapshot in before.items():
        then = f"select * from {table} version as of {snapshot}"
        # An array cannot be compared as a set; its text can.
        columns = ", ".join(
            f"cast({name} as string)" if kind.startswith("array") else name
            for name, kind, *_ in query(f"describe {table}")
            if kind and not name.startswith("#")
        )
        # `except all` both ways in one pass: rows that are there more often on one side.
        difference = query(
            f"select {columns}, sum(side) from (select *, 1 as side from {table} "
            f"union all select *, -1 as side from ({then})) group by all having sum(side) != 0 "
            "limit 3"
        )
        assert not difference, f"{why}: {table} differs: {difference}"


def test_run__again_changes_nothing(built: Path, dbt: Run, query: Query) -> None:
    before = snapshots(query)
    dbt("run")
    after = snapshots(query)
    del before["marts.dim_dates"], after["marts.dim_dates"]
    assert after == before


def test_run__incremental_equals_rebuilt(
    built: Path, warehouse: Run, dbt: Run, query: Query, tmp_path: Path
) -> None:
    """Later days, a late file, a replaced and a withdrawn one; then everything built anew."""
    warehouse("land", "shop", built / "landed_date=2024-03-04")
    dbt("run")
    # Late: events of the third day, landed after those of the fourth.
    warehouse("land", "shop", built / "landed_date=2024-03-03")
    second = next((built / "landed_date=2024-03-02").glob("events*.csv"))
    shorter = tmp_path / second.name
    shorter.write_text("\n".join(second.read_text().splitlines()[:500]) + "\n")
    warehouse("land", "shop", shorter, "--landed-date", "2024-03-02", "--replace")
    dbt("run")
    first_orders = next((built / "landed_date=2024-03-01").glob("orders*.csv"))
    warehouse("unland", "shop", first_orders.name)
    dbt("run")
    assert query("select count(*) from quality.file_reconciliation where not is_reconciled") == [
        (0,)
    ]
    before = snapshots(query)
    dbt("run", "--full-refresh")
    assert_equal(query, before, "incremental against rebuilt")


def test_run__thrift_server_killed_while_building(
    built: Path, cluster: Settings, warehouse: Run, dbt: Run, query: Query, tmp_path: Path
) -> None:
    first_orders = next((built / "landed_date=2024-03-01").glob("orders*.csv"))
    warehouse("land", "shop", first_orders, "--landed-date", "2024-03-01")
    started = time.monotonic()
    server = processes.find(cluster, "thrift-server")
    assert server is not None

    def kill_soon() -> None:
        time.sleep(12)
        server.send_signal(signal.SIGKILL)

    threading.Thread(target=kill_soon).start()
    failed = dbt("run", "--full-refresh", check=False, timeout=300)
    assert failed.returncode != 0, "the server was killed in the midst of it"
    assert time.monotonic() - started < 240, "a build must not hang on a dead server"
    warehouse("up")
    dbt("run")
    before = snapshots(query)
    dbt("run", "--full-refresh")
    assert_equal(query, before, "after the kill")


def test_build__a_million_clean_lines_give_no_false_quarantine(
    cluster: Settings, warehouse: Run, dbt: Run, query: Query, tmp_path: Path
) -> None:
    own = {"WAREHOUSE_SCHEMA_PREFIX": "clean_", "WAREHOUSE_RAW_FOLDER": "/clean/raw"}
    generate(tmp_path, Plan(1, date(2024, 3, 1), 10_000, 1_000, 1_000_000, 5, 0))
    warehouse("land", "shop", tmp_path, **own)
    warehouse("up", **own)
    dbt("run", "--select", "stg_landing__files", "path:models/staging/shop", **own)
    counted = {
        model: query(f"select count(*), count(quarantine_reason) from clean_staging.{model}")[0]
        for model in TABLES_OF_SHOP
    }
    assert counted["stg_shop__events"][0] >= 1_000_000
    assert all(quarantined == 0 for _, quarantined in counted.values()), counted
