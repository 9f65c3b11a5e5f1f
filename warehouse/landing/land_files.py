"""Landing: files on this machine become live files of the raw zone."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from warehouse.errors import UsageError
from warehouse.landing.hdfs.client import hdfs_errors
from warehouse.landing.hdfs.listing import StoredFiles
from warehouse.landing.hdfs.paths import partition_folder, table_folder, upload_name, uploads_folder
from warehouse.landing.hdfs.upload import stored_length, summarize, upload
from warehouse.landing.local_files.content import Summary, is_compressed
from warehouse.landing.local_files.discovery import SourceFile, find_source_files
from warehouse.landing.local_files.locking import (
    open_file,
    size_in_trailer,
    size_in_trailer_of,
    try_lock,
    wait_for_lock,
)
from warehouse.landing.manifest.commit import Recording
from warehouse.landing.manifest.raw_tables import create_raw_tables
from warehouse.landing.sources import Source, load_source
from warehouse.landing.summary import LandingSummary, Meter, NoProgress, Progress
from warehouse.settings import Settings
from warehouse.sql.connection import connect
from warehouse.sql.literals import literal

# HDFS takes its time to close a file, however small: several small ones are stored side by side.
_SMALL_BYTES = 4 << 20
_SMALL_FILES_AT_ONCE = 8
# A commit costs about a second, so small files share one; a large file is not kept waiting.
_FILES_PER_COMMIT = 200
_SECONDS_BETWEEN_COMMITS = 10


def land(
    settings: Settings,
    source: str,
    paths: Iterable[Path],
    table: str | None = None,
    landed_date: date | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> LandingSummary:
    """Land CSV files and folders of them in the raw zone.

    Args:
        source: name of a declared source system.
        table: the table they belong to; where absent, their names say which.
        landed_date: the date to land them under; else their `landed_date=…` folder, else today.
        replace: withdraw a live file of the same name and other content.
        progress: called with how it goes on.

    Returns:
        What became of each file; a file that failed does not keep the others from landing.

    Raises:
        UsageError: a name, path or header is wrong; nothing was landed.
        ServiceUnavailable: HDFS or the Thrift Server does not answer; run again to go on.
    """
    declared = load_source(source)
    files = find_source_files(declared, paths, table, landed_date)
    return land_checked(settings, declared, files, replace, progress)


def land_checked(
    settings: Settings,
    declared: Source,
    files: list[SourceFile],
    replace: bool = False,
    progress: Progress | None = None,
) -> LandingSummary:
    """Land files that were checked already; otherwise as `land`.

    Raises:
        ServiceUnavailable: HDFS or the Thrift Server does not answer; run again to go on.
    """
    started = time.monotonic()
    progress = progress or NoProgress()
    with connect(settings) as connection, ThreadPoolExecutor(1) as statements:
        recording = Recording(settings, connection, declared, replace, progress)
        landing = _Landing(settings, recording, statements, progress)
        landing.land_all(files, lambda: create_raw_tables(connection, settings, [declared]))
    recording.summary.seconds = time.monotonic() - started
    return recording.summary


@dataclass
class _Waiting:
    """A checked file about to be stored; holds the lock on the file on this machine."""

    file: SourceFile
    opened: BinaryIO
    meter: Meter
    held: ExitStack


class _KnownError(Exception):
    """The upload of a file began before it was known that it may not be needed."""


class _Landing:
    """One landing of several files.

    Args:
        statements: runs the statements that an upload need not wait for, one after the other.
    """

    def __init__(
        self,
        settings: Settings,
        recording: Recording,
        statements: ThreadPoolExecutor,
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._recording = recording
        self._statements = statements
        self._learning: Future[None] = Future()
        self._progress = progress
        self._hdfs = recording.hdfs
        self._waiting: list[_Waiting] = []
        self._stored = StoredFiles(self._hdfs)
        self._last_commit = time.monotonic()

    def land_all(self, files: list[SourceFile], create_tables: Callable[[], None]) -> None:
        """Land files one after the other; the first begins before it is known what is live."""

        def learn() -> None:
            create_tables()
            self._read_live(files)

        self._learning = self._statements.submit(learn)
        self._recording.remove_dead_uploads(files)
        self._progress.expect(sum(file.size for file in files))
        self._last_commit = time.monotonic()
        for file in files:
            self._make_room(file)
            meter = Meter(self._progress, file.size)
            early = self._begins_early(file)
            if not early:
                self._learning.result()
            with self._failures(file, meter):
                self._prepare(file, meter, early)
            if file.size > _SMALL_BYTES:
                self._store_waiting()
            waited = time.monotonic() - self._last_commit
            if self._recording.pending >= _FILES_PER_COMMIT or waited > _SECONDS_BETWEEN_COMMITS:
                self._store_waiting()
                self._commit()
        self._store_waiting()
        self._commit()

    def _make_room(self, file: SourceFile) -> None:
        """Store the waiting files first if they are many, or one has the name of this file."""
        has_name_conflict = any(
            (waiting.file.table.name, waiting.file.name) == (file.table.name, file.name)
            for waiting in self._waiting
        )
        if (
            has_name_conflict
            or len(self._waiting) >= _SMALL_FILES_AT_ONCE
            or file.size > _SMALL_BYTES
        ):
            self._store_waiting()

    @contextmanager
    def _failures(self, file: SourceFile, meter: Meter) -> Iterator[None]:
        """Let one file fail alone, unless a service is away."""
        with self._recording.failures(file):
            try:
                yield
            except BaseException:
                meter.close()
                raise

    def _prepare(self, file: SourceFile, meter: Meter, early: bool = False) -> None:
        """Leave one file waiting to be stored, unless its content is live or stored already.

        Args:
            early: leave it waiting whatever is live, which is not known yet.
        """
        with ExitStack() as held:
            opened = held.enter_context(open_file(file.path))
            if not try_lock(opened):
                # Another landing has it. Never wait while holding files: it may wait for those,
                # or be this very landing under another name.
                self._store_waiting()
                self._learning.result()
                self._commit()
                wait_for_lock(opened)
                self._read_live([file])
            content = None
            if not early and self._may_be_known(file, opened):
                content = summarize(file, opened, meter.advance)
                if self._recording.is_live(file, content):
                    return
            if not early:
                self._recording.refuse_name_conflict(file)
            if content:
                stored_path = self._recording.stored_path(file, content)
                if stored_length(self._hdfs, stored_path) == content.byte_count:
                    self._recording.queue(file, content, stored_path, held.pop_all())
                    return
                meter.expect(file.size)
            self._waiting.append(_Waiting(file, opened, meter, held.pop_all()))

    def _begins_early(self, file: SourceFile) -> bool:
        """Whether to store a file without waiting for what is live: it takes longer than that."""
        if self._learning.done() or file.size <= _SMALL_BYTES or is_compressed(file.path):
            return False
        folder = partition_folder(self._folder(file.table.name), file.landed_date)
        with hdfs_errors(self._settings, "Listing stored files"):
            return file.size not in self._stored.sizes(folder, file.name)

    def _store_waiting(self) -> None:
        """Store the waiting files and leave them pending."""
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        again: _Waiting | None = None
        with ThreadPoolExecutor(_SMALL_FILES_AT_ONCE) as pool:
            # The Thrift Server has nothing else to do meanwhile.
            registration = self._statements.submit(
                self._recording.register_partitions, [each.file for each in waiting]
            )
            # A file alone is stored in this thread, where an interruption ends it at once.
            uploads = [pool.submit(self._upload, each) for each in waiting[1:]]
            for number, each in enumerate(waiting):
                with each.held, self._failures(each.file, each.meter):
                    try:
                        stored = uploads[number - 1].result() if number else self._upload(each)
                        self._learning.result()
                    except _KnownError:
                        again = each
                        continue
                    each.meter.close()
                    self._recording.make_visible(each.file, *stored, each.held)
            self._learning.result()
            registration.result()
        if again:
            with self._failures(again.file, again.meter):
                self._prepare(again.file, again.meter)
            self._store_waiting()

    def _may_be_known(self, file: SourceFile, opened: BinaryIO) -> bool:
        """Whether the content may be live or stored already, without reading it."""
        live = [known for known in self._recording.live if known.table_name == file.table.name]
        folder = partition_folder(self._folder(file.table.name), file.landed_date)
        sizes = [known.byte_count for known in live] + self._stored.sizes(folder, file.name)
        if is_compressed(file.path):
            hint = size_in_trailer(opened)
            return any(size % 2**32 == hint for size in sizes) or any(
                known.file_name == file.name for known in live
            )
        return file.size in sizes

    def _upload(self, waiting: _Waiting) -> tuple[str, Summary]:
        """Store a file under its hidden name; returns that and what was counted."""
        file, opened = waiting.file, waiting.opened
        before = os.fstat(opened.fileno())
        name = upload_name(file.path, before.st_size, before.st_mtime_ns)
        hidden_path = f"{uploads_folder(self._folder(file.table.name))}/{name}"
        early = not self._learning.done()

        def advance(byte_count: int) -> None:
            nonlocal early
            waiting.meter.advance(byte_count)
            if early and self._learning.done():
                early = False
                self._learning.result()
                if self._may_be_known(file, opened) or self._recording.has_name_conflict(file):
                    raise _KnownError

        try:
            content = upload(self._settings, self._hdfs, file, opened, hidden_path, advance)
        except _KnownError:
            self._hdfs.delete(hidden_path)
            waiting.meter.restart()
            raise
        after = os.fstat(opened.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            self._hdfs.delete(hidden_path)
            raise UsageError(
                f"{file.path} was written to while it was landed", "land it once it is complete"
            )
        return hidden_path, content

    def _commit(self) -> None:
        self._recording.commit()
        self._last_commit = time.monotonic()

    def _read_live(self, files: list[SourceFile]) -> None:
        """Learn of the live files that could be the same as, or have the name of, one of these."""
        names = ", ".join(sorted({literal(file.name) for file in files}))
        sizes = ", ".join(sorted({literal(file.size) for file in files}))
        hints = {size_in_trailer_of(file.path) for file in files if is_compressed(file.path)}
        where = f"file_name in ({names}) or byte_count in ({sizes})"
        if hints:
            trailers = ", ".join(literal(hint) for hint in sorted(hints))
            where += f" or pmod(byte_count, {literal(2**32)}) in ({trailers})"
        self._recording.read_live(files, where)

    def _folder(self, table_name: str) -> str:
        return table_folder(self._settings, self._recording.source.name, table_name)
