"""CSV logs to marts on the real cluster, compared with independent computations."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from warehouse.services.machine.ports import port_is_free
from warehouse.settings import PROJECT_ROOT, Settings

from .conftest import DATA, Run, compared_with_ledger
from .faults import without_files, write_a_row_twice
from .profiles import in_ansi_mode
from .sequences import land_a_short_sequence
from .table_snapshots import Query, assert_equal, manifest_of, snapshots, tables

MODEL = "model.ecommerce_warehouse"
# Columns of the grain of tables that grow with what visitors do.
ROWS = {"line", "event_id", "session_id", "touchpoint_number"}
OF_ALL_SESSIONS = "average_spend_per_session"


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


def test_build__shop_equals_its_ledger(built: Path, query: Query) -> None:
    """To the cent, as of the last landed date: what can be known from the lines landed so far."""
    for name, values, *_ in compared_with_ledger(query):
        assert values > 0, name


def test_build__a_ledger_of_fewer_days_has_lapsed(
    built: Path, warehouse: Run, query: Query
) -> None:
    warehouse("ledger", built, "--date", "2024-03-01", "--land")
    try:
        assert query(
            "select distinct value_count, difference_count, has_lapsed "
            "from quality.ledger_reconciliation"
        ) == [(0, 0, True)]
    finally:
        warehouse("ledger", built, "--land")


def test_build__tables_have_their_declared_types(
    built: Path, environment: dict[str, str], query: Query
) -> None:
    manifest = manifest_of(environment)
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) >= 60
    for model in models:
        declared = [(c["name"], c["data_type"]) for c in model["columns"].values()]
        described = query(f"describe {model['schema']}.{model['name']}")
        names = len(declared)
        assert [row[:2] for row in described[:names]] == declared, model["name"]
        comments = [row[2] for row in described[:names]]
        assert all(comments), f"{model['name']} lacks the description of a column"


def test_docs__are_served_until_ctrl_c(
    built: Path, cluster: Settings, environment: dict[str, str]
) -> None:
    docs = subprocess.Popen(
        [sys.executable, "-m", "warehouse", "docs"],
        env=environment,
        cwd=PROJECT_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said = ""
        while "Ctrl-C" not in said:
            line = docs.stdout.readline()
            assert line, f"ended with {docs.wait()}: {said}"
            said += line
        address = f"http://127.0.0.1:{cluster.port('docs')}"
        assert address in said
        assert b"<html" in fetched(address)
        manifest = json.loads(fetched(f"{address}/manifest.json"))
        catalog = json.loads(fetched(f"{address}/catalog.json"))
        models = {name for name in manifest["nodes"] if name.startswith("model.")}
        assert models and models <= set(catalog["nodes"]), "every table with its columns"
        assert b"<html" in fetched(f"{address}/lineage/")
        site = json.loads(fetched(f"{address}/lineage/dbdocs-data.json"))
        assert_columns_are_traced(models, site["columnLineage"])
        keys = {(edge["from_id"], edge["to_id"]) for edge in site["erd"]["edges"]}
        assert (f"{MODEL}.fct_sessions", f"{MODEL}.dim_users") in keys
        # As Ctrl-C does, to every process of the terminal.
        os.killpg(docs.pid, signal.SIGINT)
        ended, _ = docs.communicate(timeout=20)
    finally:
        if docs.poll() is None:
            os.killpg(docs.pid, signal.SIGKILL)
    assert docs.returncode == 0, ended
    assert "Stopped." in ended and "Traceback" not in ended
    assert port_is_free(cluster.port("docs"))


def assert_columns_are_traced(models: set[str], lineage: dict[str, list[dict[str, str]]]) -> None:
    """Every model has columns that come from somewhere; a rate comes from what it divides."""
    made_of_nothing = models - {name.rpartition(".")[0] for name in lineage}
    assert made_of_nothing == {f"{MODEL}.publications"}
    origins = lineage[f"{MODEL}.agg_traffic_daily.conversion_rate"]
    assert {"node": f"{MODEL}.fct_sessions", "column": "is_converted"} in origins
    lines = lineage[f"{MODEL}.stg_shop__order_lines.quantity"]
    assert {"node": "source.ecommerce_warehouse.shop.orders", "column": "line"} in lines


def fetched(address: str) -> bytes:
    """What a page holds; its server may be about to start."""
    deadline = time.monotonic() + 20
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as page:
                return page.read()
        except OSError:
            assert time.monotonic() < deadline, f"{address} does not answer"
            time.sleep(0.2)


def test_run__again_changes_nothing(
    built: Path, dbt: Run, query: Query, environment: dict[str, str]
) -> None:
    """Nor does a data test ask again about what it has seen; the log of publications is new."""
    before = snapshots(query, environment)
    said = dbt("build", "--exclude-resource-type", "unit_test").stdout
    assert snapshots(query, environment) == before
    nodes = manifest_of(environment)["nodes"].values()
    count = sum(node["resource_type"] == "test" for node in nodes)
    assert f"{count - 1} data tests passed before on the same snapshots" in said
    assert said.count("[UP TO DATE in") == sum(
        node["resource_type"] in ("model", "seed") for node in nodes
    )


def test_dbt__knows_iceberg_tables(built: Path, dbt: Run) -> None:
    """Without our listing of relations it takes them for others, and drops before it replaces."""
    question = "{{ load_relation(ref('dim_dates')).is_iceberg }}"
    assert "True" in dbt("compile", "--inline", question).stdout


@pytest.fixture(scope="module")
def unpublished(
    built: Path,
    cluster: Settings,
    warehouse: Run,
    dbt: Run,
    query: Query,
    environment: dict[str, str],
) -> None:
    """A later day, built but not published.

    It touches nothing of older years: a model that reads partitions of theirs, in a table with a
    row for each line, event, session or touchpoint, fails, for their files are not there.
    """
    of_older_years = {}
    for node in manifest_of(environment)["nodes"].values():
        if node["config"].get("partition_by") and ROWS.intersection(node["meta"]["grain"]):
            date_column = node["config"]["partition_by"][0]
            of_older_years[f"{node['schema']}.{node['name']}"] = (
                f"partition.{date_column} < date'2024-01-01'"
            )
    assert {"marts_candidate.fct_events", "marts_candidate.attribution"} <= set(of_older_years)
    warehouse("land", "shop", built / "landed_date=2024-03-03")
    with without_files(cluster, query, of_older_years) as count:
        assert count > len(of_older_years)
        dbt("run", "--exclude", OF_ALL_SESSIONS)
    dbt("run", "--select", OF_ALL_SESSIONS)


PUBLISH = ("run-operation", "publish")


def published(query: Query, environment: dict[str, str]) -> dict[str, bool]:
    """For every mart that is a table, whether readers see its current snapshot."""
    return {
        table.removeprefix("marts_candidate."): query(
            f"select count(distinct snapshot_id) from {table}.refs "
            "where name in ('main', 'published')"
        )
        == [(1,)]
        for table in tables(environment)
        if table.startswith("marts_candidate.")
    }


def assert_last_batch_is_what_readers_see(query: Query, marts: dict[str, bool]) -> None:
    batch = query(
        "select mart, snapshot_id from quality.publications "
        "where publication_id = (select max(publication_id) from quality.publications)"
    )
    tagged = {
        mart: query(
            f"select cast(snapshot_id as string) from marts_candidate.{mart}.refs "
            "where name = 'published'"
        )[0][0]
        for mart in marts
    }
    assert {mart: snapshot for mart, snapshot in batch if snapshot} == tagged


def test_publish__shows_no_longer_what_only_feeds_others(
    built: Path, dbt: Run, query: Query, environment: dict[str, str]
) -> None:
    """A view that an earlier version showed goes; one that somebody else made stays."""
    expected = {
        node["name"]
        for node in manifest_of(environment)["nodes"].values()
        if node["resource_type"] == "model"
        and node["schema"] == "marts_candidate"
        and not node["config"]["meta"].get("supporting")
    }
    assert {row[1] for row in query("show views in marts")} == expected
    query(
        "create view marts.visitor_users comment 'as it was' as select source_system, visitor_id, "
        "user_id from marts_candidate.visitor_users version as of 'published'"
    )
    query("create view marts.of_somebody_else as select 1 as one")
    try:
        said = dbt(*PUBLISH, "--args", "{tag: hourly}").stdout
        assert "No longer shown, for they only feed other marts: visitor_users\n" in said
        assert "Nothing new to publish" in said
        views = {row[1] for row in query("show views in marts")}
        assert views == expected | {"of_somebody_else"}
    finally:
        query("drop view marts.of_somebody_else")


def test_publish__a_part_leaves_the_other_marts_as_published(
    unpublished: None, dbt: Run, query: Query, environment: dict[str, str]
) -> None:
    manifest = manifest_of(environment)
    before = published(query, environment)
    hourly = {name for name in before if "hourly" in manifest["nodes"][f"{MODEL}.{name}"]["tags"]}
    assert not before["fct_sessions"] and not before["fct_orders"]
    part = (*PUBLISH, "--args", "{tag: hourly}")
    assert "Published" in dbt(*part).stdout
    after = published(query, environment)
    assert after == {name: name in hourly or before[name] for name in before}
    assert_last_batch_is_what_readers_see(query, after)
    assert "Nothing new to publish" in dbt(*part).stdout


def test_publish__completes_what_was_interrupted(
    unpublished: None, dbt: Run, query: Query, environment: dict[str, str]
) -> None:
    [(snapshot,)] = query(
        "select snapshot_id from marts_candidate.fct_orders.refs where name = 'main'"
    )
    # Its tag was moved, those of others were not, and the batch has no name yet.
    query(
        "alter table marts_candidate.fct_orders create or replace tag published "
        f"as of version {snapshot}"
    )
    assert "Published" in dbt(*PUBLISH).stdout
    marts = published(query, environment)
    assert all(marts.values())
    assert_last_batch_is_what_readers_see(query, marts)
    assert "Nothing new to publish" in dbt(*PUBLISH).stdout


def test_publish__is_left_to_a_step_apart(built: Path, dbt: Run) -> None:
    one = ("build", "--select", "dim_devices", "--resource-type", "model")
    assert "as WAREHOUSE_PUBLISH says" in dbt(*one, WAREHOUSE_PUBLISH="manual").stdout


def test_publish__waits_for_data_tests_that_failed(
    unpublished: None, dbt: Run, query: Query
) -> None:
    """Also one that the part to be published does not have."""
    write_a_row_twice(query, "marts_candidate.price_history", "true")
    price_history = ("--select", "price_history", "--exclude-resource-type", "unit_test")
    assert dbt("test", *price_history, check=False).returncode
    for part in ((), ("--args", "{tag: hourly}")):
        refused = dbt(*PUBLISH, *part, check=False)
        assert refused.returncode
        assert "failed when they last ran: primary_key_price_history" in refused.stdout
    dbt("build", "--full-refresh", *price_history)
    assert "Published" in dbt(*PUBLISH).stdout


def test_short_sequence__incremental_equals_rebuilt(
    built: Path,
    unpublished: None,
    warehouse: Run,
    dbt: Run,
    query: Query,
    environment: dict[str, str],
    tmp_path: Path,
) -> None:
    """The rebuild runs in the other ANSI mode. Long sequences are in `proof_sequences.py`."""
    land_a_short_sequence(warehouse, built, tmp_path, "2024-03-02", "2024-03-04")
    dbt("run")
    assert query("select count(*) from quality.file_reconciliation where not is_reconciled") == [
        (0,)
    ]
    incremental = snapshots(query, environment)
    dbt("run", "--full-refresh", DBT_PROFILES_DIR=in_ansi_mode(tmp_path, is_ansi=False))
    rebuilt = snapshots(query, environment)
    assert all(rebuilt[table] != snapshot for table, snapshot in incremental.items())
    assert_equal(query, incremental, "incremental against rebuilt")
