"""How the demo ends dbt when it is interrupted."""

import signal
import subprocess
import sys

import pytest

from warehouse import demo

WAITING = "import signal, time; {setup}; print('ready', flush=True); time.sleep(60)"


@pytest.fixture
def start():
    started = []

    def start(setup: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WAITING.format(setup=setup)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE))
        assert started[-1].stdout.readline() == b"ready\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("ignored", "last_signal"),
    [
        ("pass", signal.SIGINT),
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)", signal.SIGTERM),
        (
            "[signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)]",
            signal.SIGKILL,
        ),
    ],
)
def test_a_running_build_is_ended(start, monkeypatch, ignored, last_signal):
    monkeypatch.setattr(demo, "SECONDS_TO_STOP_DBT", 0.5)
    process = start(ignored)
    demo._stop(process)
    assert process.returncode == -last_signal
