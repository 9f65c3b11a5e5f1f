"""A shop of one's own, added to a copy of the project exactly as its guide says."""

import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from warehouse.settings import PROJECT_ROOT

from .conftest import Run
from .table_snapshots import Query

PREFIX = "own_shop_"
MARTS = f"{PREFIX}marts_candidate"


def copy_of_the_project(into: Path) -> Path:
    """What a clone holds: the files that git knows, as they are now."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT_ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT_ROOT / name, into / name)
    return into


@pytest.fixture(scope="module")
def landed(
    warehouse: Run, dbt: Run, tmp_path_factory: pytest.TempPathFactory
) -> subprocess.CompletedProcess[str]:
    """The output of `warehouse land`; the shop is added, landed and built."""
    checkout = copy_of_the_project(tmp_path_factory.mktemp("own_shop"))
    guide = (checkout / "docs/guides/add-a-shop.md").read_text()
    [copy_command] = re.findall(r"^(cp -r .*corner_shop.*)$", guide, re.MULTILINE)
    [land_command] = re.findall(r"^warehouse (land corner_shop .*)$", guide, re.MULTILINE)
    [enabling_line] = re.findall(r"^ +(corner_shop: \[events\])$", guide, re.MULTILINE)

    subprocess.run(copy_command.split(), cwd=checkout, check=True)
    project = checkout / "dbt_project.yml"
    declared = project.read_text()
    project.write_text(
        declared.replace("  source_systems:\n", f"  source_systems:\n    {enabling_line}\n")
    )
    assert project.read_text() != declared

    own = {
        "checkout": checkout,
        "WAREHOUSE_SCHEMA_PREFIX": PREFIX,
        "WAREHOUSE_RAW_FOLDER": "/own_shop/raw",
        "DBT_TARGET_PATH": str(checkout / "target"),
        "DBT_LOG_PATH": str(checkout / "logs"),
    }
    warehouse("up", **own)
    answer = warehouse(*land_command.split(), **own)
    dbt("run", "--select", "+file_reconciliation", "fct_sessions", **own)
    # With the shop's own unit test; without the tests of models that are not there.
    alone = ("--select", "stg_corner_shop__events", "--indirect-selection", "cautious")
    tested = dbt("test", *alone, **own)
    assert "::test_stg_corner_shop__events" in tested.stdout, tested.stdout
    return answer


def test_own_shop__is_landed(landed: subprocess.CompletedProcess[str], query: Query) -> None:
    assert "clicks_2024-05-01.csv" in landed.stdout + landed.stderr
    assert query(f"select count(*) from {PREFIX}raw.corner_shop__clicks") == [(11,)]


def test_own_shop__becomes_facts(landed: subprocess.CompletedProcess[str], query: Query) -> None:
    assert query(
        "select event_type, count(*), sum(revenue_amount) "
        f"from {MARTS}.fct_events where source_system = 'corner_shop' group by 1 order by 1"
    ) == [
        ("add_to_cart", 1, Decimal("0.0000")),
        ("purchase", 2, Decimal("3.8000")),
        ("view", 3, Decimal("0.0000")),
    ]
    assert query(
        "select visitor_id, user_id, event_count, is_converted "
        f"from {MARTS}.fct_sessions order by visitor_id, started_at"
    ) == [("phone-7", "ben", 2, True), ("till-1", "anna", 3, True), ("till-1", None, 1, False)]
    assert query(
        f"select product_id, net_amount from {MARTS}.fct_order_lines order by product_id"
    ) == [("apple", Decimal("1.5000")), ("milk", Decimal("2.3000"))]


def test_own_shop__no_line_vanishes(landed: subprocess.CompletedProcess[str], query: Query) -> None:
    assert query(
        "select line_count, fact_count, duplicate_count, quarantined_count, is_reconciled "
        f"from {PREFIX}quality.file_reconciliation"
    ) == [(10, 6, 1, 3, True)]
    assert query(f"select quarantine_reason from {PREFIX}quality.quarantined_lines order by 1") == [
        ("bad_number",),
        ("missing_field",),
        ("unknown_event_type",),
    ]
