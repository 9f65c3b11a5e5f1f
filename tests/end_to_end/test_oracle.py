"""Every mart equals what another program finds in the same files by the same definitions.

`tests/oracle` reads the landed files itself and shares no SQL with the models.
"""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.settings import Settings
from warehouse.sql.connection import connect

from ..oracle.comparison import Marts, differences, landed_files, oracle_rows
from ..oracle.database import compute
from ..oracle.twins import MARTS, QUALITY, schema_of
from .conftest import DATA


@pytest.fixture(scope="module")
def marts(built: Path, cluster: Settings) -> Iterator[Marts]:
    with connect(cluster) as connection:
        yield Marts(connection, "marts")


@pytest.fixture(scope="module")
def oracle(built: Path, cluster: Settings) -> duckdb.DuckDBPyConnection:
    copies = [*built.glob("landed_date=*/*.csv"), *DATA.glob("*.csv")]
    with connect(cluster) as connection:
        return compute(landed_files(connection, "raw", copies))


@pytest.mark.parametrize(
    ("mart", "schema"),
    [(name, schema_of(name)) for name in MARTS] + [(name, "quality") for name in QUALITY],
)
def test_mart__equals_the_oracle(
    mart: str, schema: str, marts: Marts, oracle: duckdb.DuckDBPyConnection
) -> None:
    columns, built = marts.rows(mart, schema)
    expected = oracle_rows(oracle, mart, columns)
    too_many, missing = differences(built, expected)
    assert built, "an empty mart proves nothing"
    assert not too_many and not missing, (
        f"{mart}: {len(too_many)} rows too many, {len(missing)} missing of {len(expected)}\n"
        f"{columns}\nmart:   {sorted(too_many, key=str)[:3]}\n"
        f"oracle: {sorted(missing, key=str)[:3]}"
    )


def test_oracle__has_facts_of_every_source_system(oracle: duckdb.DuckDBPyConnection) -> None:
    assert oracle.execute(
        "select source_system from fct_events union select source_system from fct_order_lines "
        "order by all"
    ).fetchall() == [("online_retail",), ("rees46",), ("shop",)]
