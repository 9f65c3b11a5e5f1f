"""What holds for every test, and how two processes of pytest share them."""

import random
import signal
from pathlib import Path, PurePath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from warehouse.services.machine.ports import port_is_free
from warehouse.settings import Settings

# Started in the background of a script, a program ignores Ctrl-C, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Files of end-to-end tests that share what is costly to make; the longest first.
GROUPS = {
    "airflow": ("test_airflow_service", "test_scheduled_runs"),
    "built marts": (
        "test_absorption",
        "test_mutations",
        "test_oracle",
        "test_own_shop",
        "test_queries",
        "test_sequences",
        "test_warehouse",
    ),
    "fresh clone": ("test_a_fresh_clone",),
}
# Everything else that needs a cluster, after those.
CLUSTER = "cluster"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a data folder and ports of their own; nothing is started."""
    while True:
        base = random.randrange(20000, 31000, 100)
        if all(port_is_free(base + offset) for offset in range(20)):
            return Settings(
                data_folder=tmp_path / "data", cache_folder=tmp_path / "cache", port_base=base
            )


def group_of(nodeid: str) -> str:
    """Which tests are run in one process, one after the other."""
    file, *_ = nodeid.split("::")
    path = PurePath(file)
    if not path.is_relative_to("tests/end_to_end"):
        return file
    return next((group for group, names in GROUPS.items() if path.stem in names), CLUSTER)


class OneClusterEach(LoadScopeScheduling):
    """Each process has one shared cluster at most; what needs none comes file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that two processes end together."""
    places = {group: place for place, group in enumerate([*GROUPS, CLUSTER])}
    items.sort(key=lambda item: places.get(group_of(item.nodeid), len(places)))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneClusterEach:
    """Called by pytest-xdist when there is more than one process."""
    # Else it would begin with the groups of most tests.
    config.option.loadscopereorder = False
    return OneClusterEach(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `test_sequences` and `test_mutations` draw, and how long `test_ledger` goes on."""
    parser.addoption("--sequences", default="1-2", metavar="FIRST-LAST")
    parser.addoption("--mutations", type=int, metavar="SEED")
    parser.addoption("--ledger-days", type=int, metavar="DAYS")
