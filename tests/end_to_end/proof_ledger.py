"""After each landed date the marts equal what the shop's ledger knew by then, to the cent.

For how many days can be said: `pytest tests/end_to_end/proof_ledger.py --ledger-days 30`.
"""

from pathlib import Path

import pytest

from generator.generation import generate

from .conftest import Run, compared_with_ledger, small_shop
from .table_snapshots import Query

PREFIX = "ledger_"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    days = metafunc.config.getoption("--ledger-days")
    metafunc.parametrize("days", [days])


def test_ledger__holds_after_each_landed_date(
    days: int, warehouse: Run, dbt: Run, query: Query, tmp_path: Path
) -> None:
    own = {
        "WAREHOUSE_SCHEMA_PREFIX": PREFIX,
        "WAREHOUSE_RAW_FOLDER": "/ledger/raw",
        "DBT_TARGET_PATH": str(tmp_path / "target"),
    }
    shop = tmp_path / "shop"
    generate(shop, small_shop(days))
    warehouse("up", **own)
    dbt("seed", **own)
    landed = sorted(shop.glob("landed_date=*"))
    assert len(landed) >= days
    for folder in landed:
        day = folder.name.partition("=")[2]
        warehouse("land", "shop", folder, **own)
        warehouse("ledger", shop, "--date", day, "--land", **own)
        dbt("run", **own)
        print(day, end=": ", flush=True)
        compared = compared_with_ledger(query, PREFIX)
        print(f"{sum(values for _, values, *_ in compared):,} values equal", flush=True)
    assert all(values > 0 for _, values, *_ in compared)
