"""One file's way into HDFS: streamed under a hidden name, verified, then made visible."""

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from hdfs_native import Client, FileWriter, WriteOptions

from warehouse.errors import UsageError, WarehouseError
from warehouse.landing.hdfs.block_checksums import checksum_of_blocks, gives_checksums
from warehouse.landing.hdfs.verification_read import VerificationRead
from warehouse.landing.local_files.content import Summarizer, Summary, read_chunks
from warehouse.landing.local_files.discovery import SourceFile
from warehouse.settings import Settings

_RECOVERY_SECONDS = 90
# Enough that neither side waits for the other; each is some MiB.
_CHUNKS_AHEAD = 4


class _StoredDiffersError(Exception):
    """HDFS does not hold the bytes that were read from the file."""


def summarize(
    file: SourceFile, opened: BinaryIO, advance: Callable[[int], None] = lambda _: None
) -> Summary:
    """Sum up a file without storing it.

    Args:
        advance: called with the number of bytes of the file read on.

    Raises:
        UsageError: the file is damaged.
    """
    summarizer = Summarizer(file.header.line.encode())
    for chunk, taken in read_chunks(file.path, opened):
        summarizer.feed(chunk)
        advance(taken)
    return summarizer.summary()


def upload(
    settings: Settings,
    client: Client,
    file: SourceFile,
    opened: BinaryIO,
    hidden_path: str,
    advance: Callable[[int], None],
) -> Summary:
    """Store a file under a hidden name and verify the size and checksum of what HDFS holds.

    Bytes that an earlier, killed upload left under that name are kept.

    Raises:
        UsageError: the file is damaged; nothing is left in HDFS.
        WarehouseError: what HDFS holds differs from the file; nothing is left in HDFS.
        OSError, RuntimeError: as the HDFS client raises them.
    """
    stored = _recover(client, hidden_path)
    header = file.header.line.encode()
    with _no_failed_upload(client, file.path, hidden_path):
        try:
            chunks = read_chunks(file.path, opened)
            return _store(settings, client, chunks, header, hidden_path, stored, advance)
        except _StoredDiffersError:
            if not stored:
                raise
            chunks = read_chunks(file.path, opened)
            return _store(settings, client, chunks, header, hidden_path, 0, lambda _: None)


def upload_stream(
    settings: Settings,
    client: Client,
    path: Path,
    chunks: Iterable[bytes],
    header_line: bytes,
    hidden_path: str,
) -> Summary:
    """Store bytes that come but once under a hidden name and verify them as those of a file.

    Args:
        path: what to call them in errors.
        chunks: parts of some MiB; the next few are made in another thread while one is stored.

    Raises:
        WarehouseError: what HDFS holds differs.
        OSError, RuntimeError: as the HDFS client raises them.
        BaseException: as making the chunks raises it; nothing is left in HDFS in any case.
    """
    counted = ((chunk, len(chunk)) for chunk in chunks if chunk)
    try:
        with _no_failed_upload(client, path, hidden_path):
            return _store(settings, client, counted, header_line, hidden_path, 0, lambda _: None)
    except BaseException:
        _discard(client, hidden_path)
        raise


@contextmanager
def _no_failed_upload(client: Client, path: Path, hidden_path: str) -> Iterator[None]:
    """Leave nothing of an upload that failed; one that was interrupted can go on later."""
    try:
        yield
    except _StoredDiffersError:
        _discard(client, hidden_path)
        raise WarehouseError(
            f"{path} was not stored: HDFS holds other bytes than were sent",
            "run `warehouse doctor`, then land the file again",
        ) from None
    except (UsageError, OSError, RuntimeError, ValueError):
        _discard(client, hidden_path)
        raise


def _recover(client: Client, hidden_path: str) -> int:
    """How many bytes a killed upload left, once HDFS has closed the file on its behalf."""
    try:
        client.get_file_info(hidden_path)
    except FileNotFoundError:
        return 0
    deadline = time.monotonic() + _RECOVERY_SECONDS
    while not client.recover_lease(hidden_path):
        if time.monotonic() > deadline:
            _discard(client, hidden_path)
            return 0
        time.sleep(0.25)
    return client.get_file_info(hidden_path).length


def _store(
    settings: Settings,
    client: Client,
    chunks: Iterator[tuple[bytes, int]],
    header_line: bytes,
    hidden_path: str,
    stored: int,
    advance: Callable[[int], None],
) -> Summary:
    writer = _writer(client, hidden_path, stored)
    summarizer = Summarizer(header_line)
    early = not gives_checksums(settings)
    with VerificationRead(client, hidden_path, early) as back:
        _send(chunks, writer, summarizer, back.follow, stored, advance)
        summary = summarizer.summary()
        if client.get_file_info(hidden_path).length != summary.byte_count:
            raise _StoredDiffersError
        checksum = checksum_of_blocks(settings, hidden_path)
        if checksum is None:
            checksum = back.finish(summary.byte_count)
        if checksum != summary.quick_checksum:
            raise _StoredDiffersError
    return summary


def _send(
    chunks: Iterator[tuple[bytes, int]],
    writer: FileWriter,
    summarizer: Summarizer,
    follow: Callable[[int], None],
    stored: int,
    advance: Callable[[int], None],
) -> None:
    """Write the bytes of a file after those that are stored, and close what was written."""
    try:
        sent = stored
        skipped = stored
        with closing(_chunks_ahead(chunks, summarizer, advance)) as ahead:
            for chunk in ahead:
                # The client takes bytes seven times as fast as a memoryview of them.
                unsent = chunk[skipped:]
                skipped -= len(chunk) - len(unsent)
                if unsent:
                    writer.write(unsent)
                sent += len(unsent)
                follow(sent)
    except BaseException:
        with suppress(OSError, RuntimeError):
            writer.close()
        raise
    writer.close()


def _writer(client: Client, hidden_path: str, stored: int) -> FileWriter:
    if stored:
        return client.append(hidden_path)
    return client.create(hidden_path, WriteOptions(overwrite=True, create_parent=True))


def _chunks_ahead(
    chunks: Iterator[tuple[bytes, int]],
    summarizer: Summarizer,
    advance: Callable[[int], None],
) -> Generator[bytes, None, None]:
    """The chunks; the next few are made and summed up while the caller stores one."""

    def next_chunk() -> tuple[bytes, int]:
        chunk, taken = next(chunks, (b"", 0))
        summarizer.feed(chunk)
        return chunk, taken

    with ThreadPoolExecutor(1) as reader:
        upcoming = deque(reader.submit(next_chunk) for _ in range(_CHUNKS_AHEAD))
        try:
            while True:
                chunk, taken = upcoming.popleft().result()
                if not chunk:
                    return
                upcoming.append(reader.submit(next_chunk))
                yield chunk
                advance(taken)
        finally:
            reader.shutdown(cancel_futures=True)


def make_visible(client: Client, hidden_path: str, stored_path: str) -> None:
    """Make a verified upload visible by one rename, or drop it where it is stored already.

    Raises:
        OSError, RuntimeError: as the HDFS client raises them.
    """
    folder = stored_path.rsplit("/", 1)[0]
    client.mkdirs(folder, create_parent=True)
    length = client.get_file_info(hidden_path).length
    if stored_length(client, stored_path) == length:
        client.delete(hidden_path)
    else:
        client.rename(hidden_path, stored_path, overwrite=True)


def stored_length(client: Client, stored_path: str) -> int | None:
    """The bytes of a stored file, or None if there is none."""
    try:
        return client.get_file_info(stored_path).length
    except FileNotFoundError:
        return None


def remove_dead_uploads(client: Client, uploads: str, older_than_days: float = 1) -> None:
    """Remove what killed uploads left and nobody resumed.

    Raises:
        OSError, RuntimeError: as the HDFS client raises them.
    """
    oldest = (time.time() - older_than_days * 86400) * 1000
    with suppress(FileNotFoundError):
        for status in list(client.list_status(uploads)):
            if status.modification_time < oldest:
                client.delete(status.path)


def _discard(client: Client, hidden_path: str) -> None:
    with suppress(OSError, RuntimeError, ValueError):
        client.delete(hidden_path)
