"""Streams: CSV made on the way, stored by several processes side by side, recorded together.

Each process stores its streams with `store_stream`, which needs HDFS alone; one process then makes
all of them live with `record_streams`.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path
from uuid import uuid4

from hdfs_native import Client

from warehouse.errors import WarehouseError
from warehouse.landing.hdfs.client import connect_to_hdfs, hdfs_errors
from warehouse.landing.hdfs.paths import stream_stem, table_folder, uploads_folder
from warehouse.landing.hdfs.upload import upload_stream
from warehouse.landing.local_files.content import Summary
from warehouse.landing.local_files.discovery import SourceFile
from warehouse.landing.local_files.header import LONGEST_HEADER, read_header
from warehouse.landing.manifest.commit import Recording
from warehouse.landing.manifest.raw_tables import create_raw_tables
from warehouse.landing.sources import load_source
from warehouse.landing.summary import LandingSummary, NoProgress, Progress
from warehouse.settings import Settings
from warehouse.sql.connection import connect
from warehouse.sql.literals import literal


@dataclass(frozen=True)
class StoredStream:
    """A verified stream under a hidden name in HDFS; processes can send it to each other."""

    file: SourceFile
    hidden_path: str
    content: Summary


def store_stream(
    settings: Settings,
    source: str,
    table: str,
    file_name: str,
    landed_date: date,
    chunks: Iterable[bytes],
) -> StoredStream:
    """Store the bytes of a CSV file that is nowhere on this machine; nothing sees it yet.

    What an earlier, killed attempt at this file left is removed. Nothing of this one stays when it
    fails or is interrupted; stored streams that nobody records are removed after a day.

    Args:
        source: name of a declared source system.
        table: name of its table.
        file_name: the name to land it under, without `.gz`.
        chunks: the bytes in order, in parts of some MiB, the header line first. They are asked for
            by another thread, a few ahead of the one that is stored.

    Raises:
        UsageError: the source, the table or the header is wrong.
        WarehouseError: HDFS refused, or holds other bytes than were sent.
        ServiceUnavailable: HDFS does not answer.
    """
    declared = load_source(source)
    declared_table = declared.table(table)
    beginning, rest = _beginning(chunks)
    path = Path(file_name)
    first_line = beginning[: beginning.find(b"\n") + 1] or beginning
    header = read_header(path, first_line[:LONGEST_HEADER], declared, declared_table)
    client = connect_to_hdfs(settings)
    uploads = uploads_folder(table_folder(settings, source, table))
    stem = f"{uploads}/{stream_stem(file_name)}."
    with hdfs_errors(settings, f"Storing {file_name}"):
        _remove_earlier(client, uploads, stem)
        # A name of its own: whatever else is stored meanwhile, this is what was verified.
        hidden_path = f"{stem}{uuid4().hex}"
        content = upload_stream(
            settings, client, path, chain([beginning], rest), header.line.encode(), hidden_path
        )
    file = SourceFile(path, declared_table, file_name, landed_date, header, content.byte_count)
    return StoredStream(file, hidden_path, content)


def record_streams(
    settings: Settings,
    source: str,
    stored: Sequence[StoredStream],
    replace: bool = False,
    progress: Progress | None = None,
) -> LandingSummary:
    """Make stored streams live, all by one commit.

    A stream whose content is live already changes nothing and is removed.

    Args:
        source: the source system they were stored for.
        replace: withdraw a live file of the same name and other content.
        progress: called with what became of each.

    Returns:
        What became of each stream; one that failed does not keep the others from landing.

    Raises:
        ServiceUnavailable: HDFS or the Thrift Server does not answer.
    """
    started = time.monotonic()
    declared = load_source(source)
    files = [stream.file for stream in stored]
    with connect(settings) as connection:
        create_raw_tables(connection, settings, [declared])
        recording = Recording(settings, connection, declared, replace, progress or NoProgress())
        if files:
            names = ", ".join(sorted({literal(file.name) for file in files}))
            checksums = ", ".join(sorted({literal(stream.content.checksum) for stream in stored}))
            recording.read_live(files, f"file_name in ({names}) or checksum in ({checksums})")
            recording.remove_dead_uploads(files)
        for stream in stored:
            with recording.failures(stream.file):
                _make_visible(recording, stream)
        recording.commit()
    recording.summary.seconds = time.monotonic() - started
    return recording.summary


def _beginning(chunks: Iterable[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The chunks that the first line takes, as one, and those after them."""
    rest = iter(chunks)
    beginning = b""
    while b"\n" not in beginning and len(beginning) < LONGEST_HEADER:
        chunk = next(rest, None)
        if chunk is None:
            break
        beginning += chunk
    return beginning, rest


def _remove_earlier(client: Client, uploads: str, stem: str) -> None:
    with suppress(FileNotFoundError):
        for status in list(client.list_status(uploads)):
            if status.path.startswith(stem):
                client.delete(status.path)


def _make_visible(recording: Recording, stream: StoredStream) -> None:
    try:
        recording.make_visible(stream.file, stream.hidden_path, stream.content, ExitStack())
    except FileNotFoundError:
        raise WarehouseError(
            f"{stream.file.name} is no longer in HDFS: it was stored again, or over a day ago",
            "make and store it again",
        ) from None
