"""A row that must be there after every fault, and a cluster that is not started yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from warehouse import lifecycle
from warehouse.settings import Settings

from ..conftest import free_port_base
from ..table_snapshots import Query
from .started import KEPT


@pytest.fixture(scope="module", autouse=True)
def kept_table(cluster: Settings, query: Query) -> None:
    """A table whose row must be there after every fault."""
    query(f"create table if not exists {KEPT} (n int) using iceberg")
    query(f"insert overwrite {KEPT} values (42)")


@pytest.fixture(scope="module", autouse=True)
def without_airflow(cluster: Settings) -> Iterator[None]:
    """What stands on the cluster would be unwell for seconds after a fault."""
    was_running = lifecycle.airflow_down(cluster) > 0
    yield
    if was_running:
        lifecycle.airflow_up(cluster)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Settings]:
    """Settings of a cluster that is not started yet, with its own folder and ports."""
    settings = Settings(data_folder=tmp_path / "data", port_base=free_port_base(), memory_mib=4096)
    yield settings
    lifecycle.down(settings)
