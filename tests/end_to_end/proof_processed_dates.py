"""Days that landed together, processed one by one by runs that are each given their dates."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import Run
from .table_snapshots import Query, assert_equal, current_snapshots

DbtRun = Callable[..., str]
PREFIX = "dates_"
OWN = {"WAREHOUSE_SCHEMA_PREFIX": PREFIX, "WAREHOUSE_RAW_FOLDER": "/dates/raw"}
SECOND_DAY = "landed_date=2024-03-02"
SELECTED = ("+fct_sessions", "int_as_of_dates__determined", "as_of_dates")
TABLES = [
    *(f"{PREFIX}staging.stg_shop__{stream}" for stream in ("events", "products", "users")),
    *(
        f"{PREFIX}marts_candidate.{name}"
        for name in ("as_of_dates", "dim_products", "dim_users", "fct_events", "fct_sessions")
    ),
]


@pytest.fixture(scope="module")
def run(
    warehouse: Run, dbt: Run, week: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., str]:
    """Runs dbt over four days that landed at once, but for the events of the second.

    run(*options, since="", until="", check=True) gives what dbt said.
    """
    folder = tmp_path_factory.mktemp("landed_at_once")
    shutil.copytree(week, folder, dirs_exist_ok=True)
    [late] = (folder / SECOND_DAY).glob("events*.csv")
    late.unlink()
    # A day on which nothing changed, which must not look new to each run.
    [products] = (folder / "landed_date=2024-03-01").glob("products*.csv")
    header = products.read_bytes().split(b"\n", 1)[0]
    products.with_name("products_none.csv").write_bytes(header + b"\n")
    warehouse("up", **OWN)
    warehouse("land", "shop", folder, **OWN)

    def run_dbt(*options: str, since: str = "", until: str = "", check: bool = True) -> str:
        window = {"WAREHOUSE_PROCESS_FROM": since, "WAREHOUSE_PROCESS_UNTIL": until}
        return dbt("run", "--select", *SELECTED, *options, check=check, **OWN, **window).stdout

    return run_dbt


def staged(query: Query, stream: str) -> list[str]:
    """The days of March whose files are staged."""
    days = query(
        f"select distinct date_format(landed_date, 'dd') from {PREFIX}staging.stg_shop__{stream} "
        "order by 1"
    )
    return [day for (day,) in days]


def as_of(query: Query) -> str:
    [(day,)] = query(
        f"select date_format(as_of_date, 'dd') from {PREFIX}marts_candidate.as_of_dates"
    )
    return day


def test_dates__each_run_comes_to_its_date(run: DbtRun, query: Query) -> None:
    run(until="2024-03-01")
    assert (staged(query, "users"), as_of(query)) == (["01"], "01")
    run(until="2024-03-02")
    assert (staged(query, "users"), as_of(query)) == (["01", "02"], "02")


def test_dates__an_older_date_again_changes_nothing(run: DbtRun, query: Query) -> None:
    before = current_snapshots(TABLES, query)
    run(until="2024-03-01")
    assert current_snapshots(TABLES, query) == before


def test_dates__a_batch_takes_its_dates_and_what_came_late(
    run: DbtRun, warehouse: Run, week: Path, query: Query
) -> None:
    warehouse("land", "shop", week / SECOND_DAY, **OWN)
    run(since="2024-03-04", until="2024-03-04")
    assert staged(query, "users") == staged(query, "events") == ["01", "02", "04"]
    assert as_of(query) == "04"


def test_dates__without_dates_all_is_processed_and_stays(run: DbtRun, query: Query) -> None:
    run()
    assert staged(query, "users") == staged(query, "events") == ["01", "02", "03", "04"]
    day_by_day = current_snapshots(TABLES, query)
    run("--full-refresh", until="2024-03-01")
    assert_equal(query, day_by_day, "processed day by day against rebuilt")


def test_dates__a_wrong_date_is_one_line(run: DbtRun) -> None:
    said = run(until="2024-02-30", check=False)
    [line] = [line for line in said.splitlines() if "Fix:" in line]
    assert "WAREHOUSE_PROCESS_UNTIL is 2024-02-30" in line
    swapped = run(since="2024-03-02", until="2024-03-01", check=False)
    [line] = [line for line in swapped.splitlines() if "Fix:" in line]
    assert "WAREHOUSE_PROCESS_FROM (2024-03-02) is after" in line
