"""Services are started, found and stopped as processes, whatever became of their files."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from warehouse import lifecycle
from warehouse.services.machine import processes
from warehouse.services.machine.processes import Command
from warehouse.settings import PROJECT_ROOT, Settings

SLEEPS = "import time; print('here', flush=True); time.sleep(300)"
REFUSES_TO_END = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS
HAS_A_CHILD = (
    "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(300)'])"
)


def command(settings: Settings, program: str) -> Command:
    marker = f"-Dwarehouse.data={settings.data_folder.resolve()}"
    return Command([sys.executable, "-c", program, marker])


@pytest.fixture(autouse=True)
def nothing_stays(settings: Settings) -> Iterator[None]:
    yield
    for process in processes.service_processes(settings):
        process.kill()


def wait_for(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def memory_file(settings: Settings, service: str) -> Path:
    return processes.run_folder(settings) / f"{service}.json"


def test_a_started_service_is_found_and_its_output_logged(settings: Settings) -> None:
    started = processes.start(settings, "namenode", command(settings, SLEEPS))
    assert processes.find(settings, "namenode") == started
    wait_for(lambda: "here" in processes.log_file(settings, "namenode").read_text())


def test_a_service_is_found_while_it_loads_a_program(settings: Settings) -> None:
    # Becomes another program two hundred times; a process that loads one has no command line.
    becomes = 'n=$1; [ "$n" -gt 0 ] && exec sh -c "$0" "$0" $((n - 1)) "$2"; sleep 30'
    marker = f"-Dwarehouse.data={settings.data_folder.resolve()}"
    arguments = ["sh", "-c", becomes, becomes, "200", marker]
    started = processes.start(settings, "namenode", Command(arguments))
    deadline = time.monotonic() + 10
    while not started.children():
        assert processes.find(settings, "namenode") == started
        assert time.monotonic() < deadline
    processes.stop(started)


def test_a_killed_service_is_not_found(settings: Settings) -> None:
    started = processes.start(settings, "namenode", command(settings, SLEEPS))
    started.kill()
    wait_for(lambda: processes.find(settings, "namenode") is None)


def test_a_recycled_process_id_is_neither_found_nor_stopped(settings: Settings) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", SLEEPS], stdout=subprocess.DEVNULL)
    try:
        processes.run_folder(settings).mkdir(parents=True)
        memory_file(settings, "namenode").write_text(json.dumps({"pid": stranger.pid}))
        assert processes.find(settings, "namenode") is None
        assert lifecycle.down(settings) == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x"}', '{"pid": 999999999}'])
def test_a_half_written_memory_is_no_service(settings: Settings, content: str) -> None:
    processes.run_folder(settings).mkdir(parents=True)
    memory_file(settings, "namenode").write_text(content)
    assert processes.find(settings, "namenode") is None


def test_a_service_whose_file_was_lost_is_stopped_too(settings: Settings) -> None:
    started = processes.start(settings, "namenode", command(settings, SLEEPS))
    memory_file(settings, "namenode").unlink()
    assert processes.find(settings, "namenode") is None
    assert lifecycle.down(settings) == 1
    wait_for(lambda: not started.is_running() or started.status() == psutil.STATUS_ZOMBIE)


def test_services_of_another_data_folder_are_left_alone(settings: Settings, tmp_path: Path) -> None:
    other = settings.model_copy(update={"data_folder": tmp_path / "data2"})
    started = processes.start(other, "namenode", command(other, SLEEPS))
    try:
        assert processes.service_processes(settings) == []
        assert lifecycle.down(settings) == 0
        assert processes.find(other, "namenode") == started
    finally:
        started.kill()


def test_one_that_refuses_to_end_is_killed(settings: Settings) -> None:
    started = processes.start(settings, "namenode", command(settings, REFUSES_TO_END))
    wait_for(lambda: "here" in processes.log_file(settings, "namenode").read_text())
    processes.stop(started, timeout=0.5)
    assert processes.find(settings, "namenode") is None


def test_children_end_with_their_parent(settings: Settings) -> None:
    started = processes.start(settings, "namenode", command(settings, HAS_A_CHILD))
    wait_for(started.children)
    [child] = started.children()
    processes.stop(started, timeout=0.5)
    wait_for(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_service_outlives_its_starter_and_keeps_none_of_its_pipes(settings: Settings) -> None:
    starter = (
        "import sys; from pathlib import Path; from warehouse.services.machine import processes; "
        "from warehouse.settings import Settings; "
        f"settings = Settings(data_folder=Path({str(settings.data_folder)!r})); "
        f"processes.start(settings, 'namenode', processes.Command([sys.executable, '-c', {SLEEPS!r}"
        f", '-Dwarehouse.data={settings.data_folder.resolve()}'])); print('started')"
    )
    # Would wait for the end of the service if that held the pipe.
    answer = subprocess.run(
        [sys.executable, "-c", starter],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert answer.stdout == "started\n"
    assert processes.find(settings, "namenode") is not None


def test_a_large_log_is_put_aside(settings: Settings) -> None:
    log = processes.log_file(settings, "namenode")
    log.parent.mkdir(parents=True)
    with log.open("wb") as content:
        content.truncate(processes.LOG_SIZE_LIMIT + 1)
    processes.start(settings, "namenode", command(settings, SLEEPS))
    assert log.stat().st_size < 100
    assert log.with_suffix(".log.1").stat().st_size > processes.LOG_SIZE_LIMIT
