"""What holds for every test, and how two processes of pytest share them."""

import random
import signal
from pathlib import Path, PurePath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from warehouse.services.machine.ports import port_is_free
from warehouse.settings import Settings

from . import minutes, proofs

# Started in the background of a script, a program ignores Ctrl-C, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Files of end-to-end tests that share what is costly to make, in the order in which they run; the
# longest group first.
GROUPS = {
    "built marts": (
        "test_oracle",
        "test_queries",
        "test_warehouse",
        "test_sequences",
    ),
    "schedule": ("test_service", "test_scheduled_run"),
    # A process takes its next group when two tests are left: what is long must not be among them.
    "fresh clone, own shop": ("test_a_fresh_clone", "test_own_shop"),
    "landing": ("test_landing", "test_daily", "test_interruptions", "test_streams"),
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
    if proofs.is_proof(path):
        # Each sequence is on schemas of its own.
        return nodeid if path.stem == "proof_sequences" else file
    return next((group for group, names in GROUPS.items() if path.stem in names), CLUSTER)


def place_of(item: pytest.Item) -> tuple[int, int]:
    """Groups that take long begin first, so that two processes end together."""
    stem, group = item.path.stem, group_of(item.nodeid)
    names = GROUPS.get(group, ())
    places = [*GROUPS, CLUSTER]
    return (
        places.index(group) if group in places else len(places),
        names.index(stem) if stem in names else 0,
    )


class OneClusterEach(LoadScopeScheduling):
    """Each process has one shared cluster at most; what needs none comes file by file."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_configure(config: pytest.Config) -> None:
    """What is counted and recorded where the tests are started, not in each process."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(minutes.MinutesByGroup(group_of))
        config.pluginmanager.register(proofs.Recorded())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put them in order, without the proofs that this version of the code has passed already."""
    items.sort(key=place_of)
    proofs.skip_what_is_proven(config, items)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneClusterEach:
    """Called by pytest-xdist when there is more than one process."""
    # Else it would begin with the groups of most tests.
    config.option.loadscopereorder = False
    return OneClusterEach(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What proofs draw, how long that of the ledger goes on, and whether they are resumed."""
    parser.addoption("--sequences", default="1-8", metavar="FIRST-LAST")
    parser.addoption("--mutations", type=int, metavar="SEED", help="default: the commit")
    parser.addoption("--ledger-days", type=int, default=12, metavar="DAYS")
    parser.addoption("--resume", action="store_true", help="leave out what is proven already")
