"""Changes that concern dates which nothing landed for: the incremental tables follow them too.

A few hand-written lines, of visitors for whom it matters how far sessions look back.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from warehouse.maintenance.maintain import maintain
from warehouse.settings import Settings

from .conftest import Run
from .table_snapshots import Query, assert_equal, current_snapshots

PREFIX = "far_reaching_"
RAW_FOLDER = "/far_reaching/raw"
OWN = {"WAREHOUSE_SCHEMA_PREFIX": PREFIX, "WAREHOUSE_RAW_FOLDER": RAW_FOLDER}
MARTS = f"{PREFIX}marts_candidate"
EVENT_HEADER = (
    "event_id,event_time,event_type,visitor_id,user_id,session_id,product_id,quantity,price,"
    "order_id,page_url,traffic_source,device_type,ip_address,user_agent"
)
ORDER_HEADER = (
    "order_id,order_line,user_id,product_id,quantity,unit_price,discount_amount,total_amount,"
    "payment_method,status,ordered_at,updated_at"
)
USER_HEADER = (
    "user_id,name,email,gender,birth_date,country,region,city,loyalty_tier,signed_up_at,"
    "updated_at,is_deleted"
)
CLICK_HEADER = (
    "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session"
)

TABLES = [
    f"{MARTS}.{name}"
    for name in (
        "attribution",
        "fct_events",
        "fct_orders",
        "fct_sessions",
        "visitor_first_sessions",
    )
]


def view(event_id: str, day: int, visitor: str) -> str:
    return f"{event_id},2019-10-{day:02}T10:00:00Z,view,{visitor},,,P1,,,,/p1,,,,"


def order(status: str, hour: int) -> str:
    return f"o1,1,U1,P1,1,5.00,,5.00,card,{status},2019-08-10T09:00:00Z,2019-08-10T{hour:02}:00:00Z"


FIRST = {
    "shop": {
        "events_first.csv": [EVENT_HEADER, view("e1", 1, "V1")],
        "events_next.csv": [EVENT_HEADER, view("e5", 5, "V1"), view("again", 5, "V2")],
        "events_old.csv": [EVENT_HEADER, view("old", 25, "V4")],
        "orders_first.csv": [ORDER_HEADER, order("pending", 9)],
    },
    "rees46": {
        "2019-Aug.csv": [
            CLICK_HEADER,
            "2019-08-10 23:50:00 UTC,view,7,1,,,3.50,77,a",
            "2019-08-11 00:05:00 UTC,view,8,1,,,4.50,77,b",
            "2019-08-11 00:20:00 UTC,purchase,7,1,,,3.50,77,a",
        ]
    },
}
SECOND = {
    "shop": {
        "events_last.csv": [EVENT_HEADER, view("e10", 10, "V1"), view("again", 10, "V2")],
        "orders_last.csv": [ORDER_HEADER, order("completed", 12)],
    }
}


@pytest.fixture(scope="module")
def changed(
    cluster: Settings,
    warehouse: Run,
    dbt: Run,
    query: Query,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Built, and built again after files are withdrawn, one after a maintenance, others landed."""
    warehouse("up", **OWN)
    dbt("seed", **OWN)
    land(warehouse, tmp_path_factory.mktemp("first"), FIRST)
    run(dbt)
    warehouse("unland", "shop", "events_first.csv", **OWN)
    land(warehouse, tmp_path_factory.mktemp("second"), SECOND)
    run(dbt)
    own = cluster.model_copy(update={"schema_prefix": PREFIX, "raw_folder": RAW_FOLDER})
    maintain(own, older_than=datetime.now(UTC))
    # Iceberg does not tell any more which snapshot has written it.
    assert query(
        f"select count(*) from {PREFIX}staging.stg_shop__events.partitions as partitions "
        f"inner join {PREFIX}staging.stg_landing__files as files "
        "on partitions.partition.file_id = files.file_id "
        "where files.file_name = 'events_old.csv' and last_updated_snapshot_id is null"
    ) == [(1,)]
    warehouse("unland", "shop", "events_old.csv", **OWN)
    run(dbt)


def land(warehouse: Run, folder: Path, landed: dict[str, dict[str, list[str]]]) -> None:
    """Land lines, by source system and name of a file."""
    for shop, files in landed.items():
        for name, lines in files.items():
            (folder / name).write_text("\n".join(lines) + "\n")
        paths = [folder / name for name in files]
        warehouse("land", shop, *paths, "--landed-date", "2019-10-12", **OWN)


def run(dbt: Run, *options: str) -> None:
    dbt("run", "--select", "+attribution", "+visitor_first_sessions", *options, **OWN)


def test_first_session__is_the_next_one_when_the_first_is_withdrawn(
    changed: None, query: Query
) -> None:
    assert query(
        "select visitor_id, cast(first_session_date as string) "
        f"from {MARTS}.visitor_first_sessions where source_system = 'shop' order by 1"
    ) == [("V1", "2019-10-05"), ("V2", "2019-10-05")]


def test_withdrawn_file__is_followed_after_its_snapshots_expired(
    changed: None, query: Query
) -> None:
    for table in ("fct_events", "fct_sessions"):
        assert query(f"select count(*) from {MARTS}.{table} where visitor_id = 'V4'") == [(0,)]


def test_session__is_another_where_an_event_id_comes_back(changed: None, query: Query) -> None:
    assert query(
        "select count(*), count(distinct session_id) "
        f"from {MARTS}.fct_sessions where visitor_id = 'V2'"
    ) == [(2, 2)]


def test_touchpoints__are_kept_when_another_shop_rebuilds_the_date(
    changed: None, query: Query
) -> None:
    assert query(
        "select cast(session_started_at as string), linear_credit "
        f"from {MARTS}.attribution where source_system = 'rees46' order by 1"
    ) == [("2019-08-10 23:50:00", 0.5), ("2019-08-11 00:05:00", 0.5)]


def test_incremental_tables__equal_rebuilt_ones(changed: None, dbt: Run, query: Query) -> None:
    before = current_snapshots(TABLES, query)
    run(dbt, "--full-refresh")
    assert_equal(query, before, "after changes that reach far against rebuilt")


def test_a_build_killed_before_it_remembers__leaves_nothing_behind(
    changed: None, warehouse: Run, dbt: Run, query: Query, tmp_path: Path
) -> None:
    table = f"{MARTS}.fct_events"
    remembered = ", ".join(
        f"'{name}' = '{value}'"
        for name, value, *_ in query(f"show tblproperties {table}")
        if name.startswith("absorbed.")
    )
    land(warehouse, tmp_path, {"shop": {"events_gone.csv": [EVENT_HEADER, view("gone", 20, "V3")]}})
    dbt("run", "--select", "+fct_events", **OWN)
    count = f"select count(*) from {table} where event_id = 'gone'"
    assert query(count) == [(1,)]
    # Committed, and not remembered.
    query(f"alter table {table} set tblproperties ({remembered})")
    warehouse("unland", "shop", "events_gone.csv", **OWN)
    dbt("run", "--select", "+fct_events", **OWN)
    assert query(count) == [(0,)]


def test_changed_variables__make_anew_what_depends_on_them(
    changed: None, warehouse: Run, dbt: Run, query: Query, tmp_path: Path
) -> None:
    """A shop that is disabled and comes back, another that offers more, shorter sessions."""
    fewer = "{source_systems: {shop: [events, order_lines], online_retail: [order_lines]}}"
    run(dbt, "--vars", fewer)
    assert query(f"select distinct source_system from {MARTS}.fct_events") == [("shop",)]
    warehouse("unland", "rees46", "2019-Aug.csv", **OWN)
    user = "U1,,,,,,,,,2019-01-01T00:00:00Z,2019-01-01T00:00:00Z,false"
    land(warehouse, tmp_path, {"shop": {"users_first.csv": [USER_HEADER, user]}})
    run(dbt)
    assert query(f"select distinct source_system from {MARTS}.fct_events") == [("shop",)]
    assert query(f"select count(*) from {MARTS}.fct_orders where user_version_id = 'unknown'") == [
        (0,)
    ]
    run(dbt, "--vars", "{session_gap_minutes: 5}")
    before = current_snapshots(TABLES, query)
    run(dbt, "--vars", "{session_gap_minutes: 5}", "--full-refresh")
    assert_equal(query, before, "after changed variables against rebuilt")
