"""A server that works for others is given time to answer; one that is stuck is not."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from warehouse.services import stack
from warehouse.services.services import Service

TIMEOUT = 0.5


@contextmanager
def running(program: str) -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", program]) as started:
        try:
            yield psutil.Process(started.pid)
        finally:
            started.kill()


def server(answers_at: float) -> Service:
    """A service that keeps its asker waiting, and answers from a moment on."""

    def is_ready() -> bool:
        time.sleep(TIMEOUT)
        return time.monotonic() > answers_at

    return Service("thrift-server", [], is_ready)


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "TIMEOUT", TIMEOUT)
    monkeypatch.setattr(stack, "START_TIMEOUT", 20)


def test_a_busy_server_is_waited_for() -> None:
    with running("while True: pass") as process:
        assert stack._answers_in_time(server(time.monotonic() + 3), process)


def test_a_stuck_server_is_given_up() -> None:
    with running("import time; time.sleep(60)") as process:
        assert not stack._answers_in_time(server(time.monotonic() + 3), process)
