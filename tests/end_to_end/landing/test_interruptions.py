"""Landings that are killed, meet each other, lack a service or lose bytes on the way."""

import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import hdfs_native
import pytest
from crc32c import crc32c

from warehouse.errors import ServiceUnavailable
from warehouse.landing import Outcome, land
from warehouse.landing.hdfs.block_checksums import checksum_of_blocks
from warehouse.landing.manifest.live_files import list_live_files
from warehouse.landing.manifest.table import Candidate, current_snapshot, record_landed
from warehouse.settings import Settings
from warehouse.sql.connection import Connection

from .conftest import (
    EVENTS,
    LINES,
    MANIFEST,
    Run,
    content_of,
    events,
    large,
    stored_files,
    visible_files,
)


@pytest.mark.parametrize("stored_megabytes", [1, 150])
def test_land__killed_while_uploading_leaves_nothing_visible_and_resumes(
    run_python: Run,
    run: Run,
    settings: Settings,
    hdfs: hdfs_native.Client,
    tmp_path: Path,
    stored_megabytes: int,
) -> None:
    path = large(tmp_path / "events_large.csv", 200)
    # Dies like `kill -9` at an exact point: once so many bytes were handed to HDFS.
    script = f"""
import os, signal
import hdfs_native
from pathlib import Path
from warehouse.landing import land
from warehouse.settings import load_settings
write = hdfs_native.FileWriter.write
sent = 0
def write_and_die(writer, data):
    global sent
    sent += len(data)
    result = write(writer, data)
    if sent >= {stored_megabytes}_000_000:
        os.kill(os.getpid(), signal.SIGKILL)
    return result
hdfs_native.FileWriter.write = write_and_die
land(load_settings(), "shop", [Path({str(path)!r})])
"""
    killed = run_python(script)
    assert killed.returncode == -signal.SIGKILL
    assert visible_files(hdfs) == []
    assert len(stored_files(hdfs)) == 1
    assert list_live_files(settings) == []
    result = run("land", "shop", path)
    assert (result.returncode, result.stderr) == (0, "")
    (landed,) = list_live_files(settings)
    assert stored_files(hdfs) == [landed.stored_path]
    assert content_of(hdfs, landed.stored_path) == path.read_bytes()


def test_land__killed_from_outside_at_any_moment(
    run: Run,
    settings: Settings,
    own_environment: dict[str, str],
    hdfs: hdfs_native.Client,
    tmp_path: Path,
) -> None:
    path = large(tmp_path / "events_large.csv", 200)
    command = [Path(sys.executable).parent / "warehouse", "land", "shop", path]
    for seconds in (0.8, 1.4, 2.0):
        with subprocess.Popen(command, env=own_environment, stdout=subprocess.DEVNULL) as process:
            time.sleep(seconds)
            process.kill()
        live = list_live_files(settings)
        assert [file.stored_path for file in live] in ([], visible_files(hdfs))
    assert run("land", "shop", path).returncode == 0
    (landed,) = list_live_files(settings)
    assert stored_files(hdfs) == [landed.stored_path]
    assert content_of(hdfs, landed.stored_path) == path.read_bytes()


def test_land__killed_between_rename_and_manifest_row_is_recorded_by_the_next_run(
    run_python: Run,
    run: Run,
    settings: Settings,
    hdfs: hdfs_native.Client,
    tmp_path: Path,
) -> None:
    path = events(tmp_path / "events.csv")
    script = f"""
import os, signal
from pathlib import Path
from warehouse.landing import land_files
from warehouse.landing.manifest import commit
from warehouse.settings import load_settings
commit.record_landed = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
land_files.land(load_settings(), "shop", [Path({str(path)!r})])
"""
    killed = run_python(script)
    assert killed.returncode == -signal.SIGKILL
    (stored,) = stored_files(hdfs)
    written = hdfs.get_file_info(stored).modification_time
    assert list_live_files(settings) == []
    assert run("land", "shop", path).returncode == 0
    assert [file.stored_path for file in list_live_files(settings)] == [stored]
    assert hdfs.get_file_info(stored).modification_time == written


def test_land__the_same_content_twice_at_once_lands_once(
    run: Run, settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    lines = [str(number) for number in range(1000)]
    paths = [events(tmp_path / f"events_{number}.csv", *lines) for number in range(3)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda path: run("land", "shop", path), [*paths, paths[0]]))
    assert [result.returncode for result in results] == [0, 0, 0, 0]
    assert sum("1 landed" in result.stdout for result in results) == 1
    assert sum("1 unchanged" in result.stdout for result in results) == 3
    assert len(list_live_files(settings)) == 1


def test_land__other_content_under_one_name_at_once_lands_once(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    paths = [events(tmp_path / str(number) / "events.csv", str(number)) for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(lambda path: run("land", "shop", path), paths))
    assert sorted(result.returncode for result in results) == [0, 2, 2]
    assert len(list_live_files(settings)) == 1


def test_record_landed__a_commit_since_the_manifest_was_read_is_noticed(
    settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    before = current_snapshot(connection, settings)
    land(settings, "shop", [events(tmp_path / "events_1.csv", "1")])
    (live,) = list_live_files(settings)
    same_content = replace(live, file_id=uuid4().hex[:16], file_name="events_2.csv")
    other = replace(live, file_id=uuid4().hex[:16], file_name="events_3.csv", checksum="3" * 64)
    candidates = [Candidate(same_content), Candidate(other)]
    recorded = record_landed(connection, settings, "shop", candidates, unknown_at=before)
    assert recorded == {other.file_id}
    assert {file.file_id for file in list_live_files(settings)} == {live.file_id, other.file_id}


def test_land__another_open_session_sees_the_new_file(
    settings: Settings, connection: Connection, tmp_path: Path
) -> None:
    count = (
        f"select (select count(*) from {LINES}), "
        f"(select count(*) from {MANIFEST} where action = 'landed')"
    )
    land(settings, "shop", [events(tmp_path / "events_1.csv", "1")])
    lines, rows = connection.execute(count).rows[0]
    land(settings, "shop", [events(tmp_path / "events_2.csv", "2", "3")])
    assert connection.execute(count).rows[0] == (lines + 3, rows + 1)


def test_land__memory_does_not_grow_with_the_file(run_python: Run, tmp_path: Path) -> None:
    path = large(tmp_path / "events_large.csv", 700)
    script = f"""
from pathlib import Path
from warehouse.landing import land
from warehouse.settings import load_settings
land(load_settings(), "shop", [Path({str(path)!r})])
status = Path("/proc/self/status").read_text()
print(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
"""
    result = run_python(script)
    assert int(result.stdout) <= 512 * 1024


@pytest.mark.parametrize("away", ["hdfs", "thrift"])
def test_land__says_which_service_is_away(settings: Settings, tmp_path: Path, away: str) -> None:
    port = 1
    elsewhere = settings.model_copy(
        update={"hdfs_url": f"hdfs://127.0.0.1:{port}"}
        if away == "hdfs"
        else {"thrift_host": "127.0.0.1", "thrift_port": port}
    )
    with pytest.raises(ServiceUnavailable, match=f"127.0.0.1:{port}"):
        land(elsewhere, "shop", [events(tmp_path / "events.csv")])


@pytest.mark.parametrize("target", ["embedded", "cluster"])
def test_land__bytes_that_changed_on_the_way_are_not_made_visible(
    settings: Settings,
    hdfs: hdfs_native.Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
) -> None:
    host, port = settings.thrift_server
    addresses = {
        "hdfs_url": settings.hdfs,
        "metastore_uri": settings.metastore,
        "thrift_host": host,
        "thrift_port": port,
    }
    given = {"target": target} | (addresses if target == "cluster" else {})
    write = hdfs_native.FileWriter.write

    def change_one_bit(writer: hdfs_native.FileWriter, data: bytes) -> int:
        return write(writer, data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])

    path = events(tmp_path / "events.csv", "1", "2")
    with monkeypatch.context() as patch:
        patch.setattr(hdfs_native.FileWriter, "write", change_one_bit)
        summary = land(settings.model_copy(update=given), "shop", [path])
    assert "HDFS holds other bytes than were sent" in str(summary.results[0].error)
    assert (stored_files(hdfs), list_live_files(settings)) == ([], [])
    assert land(settings.model_copy(update=given), "shop", [path]).count(Outcome.LANDED) == 1


def test_checksum_of_blocks__is_that_of_the_whole_file(
    settings: Settings, hdfs: hdfs_native.Client
) -> None:
    content = random.Random(1).randbytes(5_000_001)
    path = f"{EVENTS}/_blocks of 1 MiB"
    options = hdfs_native.WriteOptions(block_size=1 << 20, create_parent=True)
    with hdfs.create(path, options) as writer:
        writer.write(content[:3_000_001])
    with hdfs.append(path) as writer:
        writer.write(content[3_000_001:])
    assert checksum_of_blocks(settings, path) == crc32c(content)
    assert checksum_of_blocks(settings, f"{EVENTS}/absent") is None
