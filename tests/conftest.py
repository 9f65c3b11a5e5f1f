"""What holds for every test, and how two processes of pytest share them."""

import signal
from pathlib import PurePath

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Started in the background of a script, a program ignores Ctrl-C, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


WITH_BUILT_MARTS = (
    "test_absorption",
    "test_oracle",
    "test_own_shop",
    "test_queries",
    "test_warehouse",
)


class OneClusterEach(LoadScopeScheduling):
    """Each process has one shared cluster at most; what needs none comes file by file."""

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        path = PurePath(file)
        if not path.is_relative_to("tests/end_to_end") or path.stem == "test_a_fresh_clone":
            return file
        return "built marts" if path.stem in WITH_BUILT_MARTS else "cluster"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneClusterEach:
    """Called by pytest-xdist when there is more than one process."""
    return OneClusterEach(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """The numbers of the sequences that `test_sequences` draws."""
    parser.addoption("--sequences", default="1-2", metavar="FIRST-LAST")
