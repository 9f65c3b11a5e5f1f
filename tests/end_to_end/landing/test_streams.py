"""Streams stored by processes side by side and recorded together."""

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

import hdfs_native
import pytest

from warehouse.landing import Outcome, StoredStream, record_streams, store_stream
from warehouse.landing.manifest.live_files import list_live_files
from warehouse.settings import Settings
from warehouse.sql.connection import Connection

from .conftest import HEADER, LINES, Run, content_of, stored_files, visible_files

DAY = date(2024, 3, 1)


def content(number: int) -> bytes:
    return f"{HEADER}\n".encode() + b"".join(b"%d,%d\n" % (number, line) for line in range(400_000))


def arguments(settings: Settings, number: int, data: bytes) -> tuple:
    parts = [data[at : at + 1_000_000] for at in range(0, len(data), 1_000_000)]
    return settings, "shop", "events", f"events_{number}.csv", DAY, parts


def store(settings: Settings, number: int, data: bytes) -> StoredStream:
    return store_stream(*arguments(settings, number, data))


def test_streams__stored_by_processes_become_live_together_and_once(
    settings: Settings, connection: Connection, hdfs: hdfs_native.Client
) -> None:
    for outcome in (Outcome.LANDED, Outcome.UNCHANGED):
        with ProcessPoolExecutor(2, get_context("spawn")) as pool:
            given = [arguments(settings, number, content(number)) for number in range(2)]
            stored = [
                each.result() for each in [pool.submit(store_stream, *each) for each in given]
            ]
        assert len(visible_files(hdfs)) == (0 if outcome is Outcome.LANDED else 2)
        summary = record_streams(settings, "shop", stored)
        assert [result.outcome for result in summary.results] == [outcome] * 2
        live = list_live_files(settings, "shop")
        assert [file.file_name for file in live] == ["events_0.csv", "events_1.csv"]
        assert stored_files(hdfs) == sorted(file.stored_path for file in live)
    for number, file in enumerate(live):
        assert content_of(hdfs, file.stored_path) == content(number)
        assert (file.line_count, file.header_line, file.landed_date) == (400_000, HEADER, DAY)
    assert len({file.recorded_at for file in live}) == 2
    assert connection.execute(f"select count(*) from {LINES}").rows == [(800_002,)]


def test_streams__killed_leaves_nothing_visible_and_is_removed_by_the_next(
    run_python: Run, settings: Settings, hdfs: hdfs_native.Client
) -> None:
    script = f"""
import os, signal
from datetime import date
from warehouse.landing import store_stream
from warehouse.settings import load_settings
def chunks():
    yield b{HEADER + chr(10)!r} + b"x" * 3_000_000
    yield b"y" * 3_000_000
    os.kill(os.getpid(), signal.SIGKILL)
store_stream(load_settings(), "shop", "events", "events_1.csv", date(2024, 3, 1), chunks())
"""
    assert run_python(script).returncode == -signal.SIGKILL
    assert (visible_files(hdfs), list_live_files(settings)) == ([], [])
    assert len(stored_files(hdfs)) == 1
    stored = store(settings, 1, content(1))
    assert stored_files(hdfs) == [stored.hidden_path]
    assert record_streams(settings, "shop", [stored]).count(Outcome.LANDED) == 1
    (landed,) = list_live_files(settings)
    assert stored_files(hdfs) == [landed.stored_path]


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, OSError])
def test_streams__interrupted_leaves_nothing(
    settings: Settings, hdfs: hdfs_native.Client, error: type[BaseException]
) -> None:
    def chunks() -> Iterator[bytes]:
        yield HEADER.encode()
        yield b"\n1\n"
        raise error("half way")

    with pytest.raises(Exception if error is OSError else error, match="half way"):
        store_stream(settings, "shop", "events", "events.csv", DAY, chunks())
    assert stored_files(hdfs) == []


def test_streams__other_content_of_a_live_name_is_refused_then_replaces(
    settings: Settings, hdfs: hdfs_native.Client
) -> None:
    data = [f"{HEADER}\n{number}".encode() for number in range(2)]
    record_streams(settings, "shop", [store(settings, 1, data[0])])
    before = (stored_files(hdfs), list_live_files(settings))
    refused = record_streams(settings, "shop", [store(settings, 1, data[1])])
    assert "has other content than the events_1.csv" in str(refused.results[0].error)
    assert refused.exit_code == 2
    assert (stored_files(hdfs), list_live_files(settings)) == before
    stored = store(settings, 1, data[1])
    replaced = record_streams(settings, "shop", [stored], replace=True)
    assert replaced.count(Outcome.REPLACED) == 1
    (live,) = list_live_files(settings)
    assert live.checksum == stored.content.checksum
    gone = store(settings, 2, data[0])
    again = store(settings, 2, data[0])
    summary = record_streams(settings, "shop", [gone, again])
    assert "is no longer in HDFS" in str(summary.results[0].error)
    assert (summary.count(Outcome.FAILED), summary.count(Outcome.LANDED)) == (1, 1)
