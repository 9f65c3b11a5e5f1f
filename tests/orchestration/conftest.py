"""Settings with a data folder and ports of their own; nothing is started."""

import random
from pathlib import Path

import pytest

from cluster.ports import port_is_free
from settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    while True:
        base = random.randrange(20000, 31000, 100)
        if all(port_is_free(base + offset) for offset in range(20)):
            return Settings(
                data_folder=tmp_path / "data", cache_folder=tmp_path / "cache", port_base=base
            )
