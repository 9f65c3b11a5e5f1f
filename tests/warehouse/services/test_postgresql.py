"""PostgreSQL alone: made, killed, repaired."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from warehouse.services import postgresql
from warehouse.services.machine import processes
from warehouse.settings import Settings


@pytest.fixture(autouse=True)
def nothing_stays(settings: Settings) -> Iterator[None]:
    yield
    for process in processes.service_processes(settings):
        processes.stop(process)


def start(settings: Settings) -> psutil.Process:
    process = processes.start(settings, "postgresql", postgresql.command(settings))
    deadline = time.monotonic() + 30
    while True:
        try:
            postgresql.connect(settings).close()
            return process
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_data_survives_a_kill_and_a_stop(settings: Settings) -> None:
    process = start(settings)
    with postgresql.connect(settings) as connection:
        connection.execute("create table kept as select 42 as answer")
    listening = {c.laddr.ip for c in process.net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}

    children = process.children()
    process.send_signal(signal.SIGKILL)
    psutil.wait_procs([process, *children], timeout=10)
    assert processes.find(settings, "postgresql") is None
    assert (postgresql.folder(settings) / "postmaster.pid").exists()
    process = start(settings)
    with postgresql.connect(settings) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)

        # An open connection does not hold up the stop.
        began = time.monotonic()
        processes.stop(process)
        assert time.monotonic() - began < 10
    start(settings)
    with postgresql.connect(settings) as connection:
        assert connection.execute("select answer from kept").fetchone() == (42,)


def test_a_lock_file_that_names_another_program_is_no_obstacle(settings: Settings) -> None:
    processes.stop(start(settings))
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    try:
        # As after a power cut, when the process id was given to another program meanwhile.
        lock = postgresql.folder(settings) / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{postgresql.folder(settings)}\n")
        start(settings)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_first_start_that_was_cut_short_is_begun_anew(settings: Settings) -> None:
    draft = settings.data_folder / "postgresql.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("1")
    (settings.data_folder / "postgresql.password").write_text("from the first attempt")
    start(settings)
    assert not draft.exists()


def test_its_password_and_data_are_for_their_owner_only(settings: Settings) -> None:
    assert len(postgresql.password(settings)) >= 24
    assert postgresql.password(settings) == postgresql.password(settings)
    secret = settings.data_folder / "secrets" / "postgresql"
    assert secret.stat().st_mode & 0o077 == 0
    start(settings)
    assert Path(postgresql.folder(settings)).stat().st_mode & 0o077 == 0
    assert not (settings.data_folder / "postgresql.password").exists()
    wrong = f"host=127.0.0.1 port={settings.port('postgresql')} user={postgresql.USER}"
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"{wrong} password=wrong dbname=postgres")
