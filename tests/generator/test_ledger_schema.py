"""The ledger's tables are those that its schema describes."""

import re
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from generator.generation import generate
from generator.ledger import __file__ as package
from generator.plan import Dirt, Plan

SCHEMA = Path(package).with_name("SCHEMA.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("logs")
    plan = Plan(
        start_date=date(2024, 3, 1),
        days=6,
        users=300,
        products=60,
        events_per_day=3000,
        dirt=Dirt(late=0.05, malformed=0.02, duplicate=0.02),
    )
    generate(folder, plan)
    return folder / "ledger"


def test_tables_and_columns_are_described(ledger):
    described = {}
    for line in SCHEMA.splitlines():
        if line.startswith("| `"):
            table, *columns = re.findall(r"`(\w+)`", line)
            described[table] = set(columns)
    assert {path.name for path in ledger.iterdir()} == set(described)
    for table, columns in described.items():
        file = next((ledger / table).rglob("*.parquet"))
        names = set(pq.ParquetFile(file).schema_arrow.names) - {"reading"}
        assert names <= columns, f"{table} has columns that its schema does not describe"
        # The kinds of defects stand in backquotes too.
        assert table == "dirty_lines" or columns == names, table
