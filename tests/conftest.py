"""What holds for every test, and how two processes of pytest share them."""

import signal

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Started in the background of a script, a program ignores Ctrl-C, and so does all that it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


class OneClusterEach(LoadScopeScheduling):
    """Gives all tests of the shared cluster to one process; the others come file by file."""

    def _split_scope(self, nodeid: str) -> str:
        file, *_ = nodeid.split("::")
        is_shared = file.startswith("tests/end_to_end/") and "fresh_clone" not in file
        return "cluster" if is_shared else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneClusterEach:
    """Called by pytest-xdist when there is more than one process."""
    return OneClusterEach(config, log)
