"""Landing: files on this machine become live files of the raw zone."""

import os
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from cluster.sql import Connection, connect
from errors import ServiceUnavailable, UsageError, WarehouseError
from landing.content import Summary, is_compressed
from landing.hdfs import connect_to_hdfs, hdfs_errors
from landing.literals import literal
from landing.manifest import Candidate, LandedFile, file_id_of, live_files, record_landed
from landing.opened_files import (
    open_file,
    size_in_trailer,
    size_in_trailer_of,
    try_lock,
    wait_for_lock,
)
from landing.raw_tables import add_partitions, create_raw_tables
from landing.report import FileResult, LandingReport, Meter, NoProgress, Outcome, Progress
from landing.source_files import SourceFile, find_source_files
from landing.sources import Source, load_source
from landing.stored_files import StoredFiles
from landing.stored_names import (
    partition_folder,
    stored_name,
    table_folder,
    upload_name,
    uploads_folder,
)
from landing.upload import publish, remove_dead_uploads, stored_length, summarize, upload
from settings import Settings

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
) -> LandingReport:
    """Land CSV files and folders of them in the raw zone.

    Args:
        source: name of a declared source system.
        table: the table they belong to; told by their names where absent.
        landed_date: the date to land them under; else their `landed_date=…` folder, else today.
        replace: withdraw a live file of the same name and other content.
        progress: told how it goes on.

    Returns:
        What became of each file; a file that failed does not keep the others from landing.

    Raises:
        UsageError: a name, path or header is wrong; nothing was landed.
        ServiceUnavailable: HDFS or the Thrift Server does not answer; run again to go on.
    """
    started = time.monotonic()
    declared = load_source(source)
    files = find_source_files(declared, paths, table, landed_date)
    with connect(settings) as connection:
        create_raw_tables(connection, settings, [declared])
        landing = _Landing(settings, connection, declared, replace, progress or NoProgress())
        landing.land_all(files)
    landing.report.seconds = time.monotonic() - started
    return landing.report


@dataclass
class _Waiting:
    """A checked file about to be stored; holds the lock on the file on this machine."""

    file: SourceFile
    opened: BinaryIO
    meter: Meter
    held: ExitStack


@dataclass
class _Pending:
    """A stored file that is not recorded yet; holds the lock on the file on this machine."""

    file: SourceFile
    candidate: Candidate
    held: ExitStack


class _Landing:
    """One landing of several files."""

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        source: Source,
        replace: bool,
        progress: Progress,
    ) -> None:
        self.report = LandingReport()
        self._settings = settings
        self._connection = connection
        self._source = source
        self._replace = replace
        self._progress = progress
        self._hdfs = connect_to_hdfs(settings)
        self._live: list[LandedFile] = []
        self._waiting: list[_Waiting] = []
        self._pending: list[_Pending] = []
        self._stored = StoredFiles(self._hdfs)
        self._recorded: set[str] = set()
        self._registered: set[tuple[str, date]] = set()
        self._last_commit = time.monotonic()

    def land_all(self, files: list[SourceFile]) -> None:
        """Land files one after the other."""
        self._live = self._read_live(files)
        for name in {file.table.name for file in files}:
            with hdfs_errors(self._settings, "Listing unfinished uploads"):
                remove_dead_uploads(self._hdfs, uploads_folder(self._folder(name)))
        self._progress.expect(sum(file.size for file in files))
        self._last_commit = time.monotonic()
        for file in files:
            self._make_room(file)
            meter = Meter(self._progress, file.size)
            with self._failures(file, meter):
                self._prepare(file, meter)
            if file.size > _SMALL_BYTES:
                self._store_waiting()
            waited = time.monotonic() - self._last_commit
            if len(self._pending) >= _FILES_PER_COMMIT or waited > _SECONDS_BETWEEN_COMMITS:
                self._store_waiting()
                self._commit()
        self._store_waiting()
        self._commit()

    def _make_room(self, file: SourceFile) -> None:
        """Store the waiting files first if they are many, or one is a namesake of this file."""
        namesake = any(
            (waiting.file.table.name, waiting.file.name) == (file.table.name, file.name)
            for waiting in self._waiting
        )
        if namesake or len(self._waiting) >= _SMALL_FILES_AT_ONCE or file.size > _SMALL_BYTES:
            self._store_waiting()

    @contextmanager
    def _failures(self, file: SourceFile, meter: Meter) -> Iterator[None]:
        """Let one file fail alone, unless a service is away."""
        try:
            with hdfs_errors(self._settings, f"Storing {file.path}"):
                yield
        except ServiceUnavailable:
            raise
        except WarehouseError as error:
            meter.close()
            self._finish(file, Outcome.FAILED, error=error)

    def _prepare(self, file: SourceFile, meter: Meter) -> None:
        """Leave one file waiting to be stored, unless its content is live or stored already."""
        with ExitStack() as held:
            opened = held.enter_context(open_file(file.path))
            if not try_lock(opened):
                # Another landing has it. Never wait while holding files: it may wait for those,
                # or be this very landing under another name.
                self._store_waiting()
                self._commit()
                wait_for_lock(opened)
                self._live += self._read_live([file])
            content = None
            if self._may_be_known(file, opened):
                content = summarize(file, opened, meter.advance)
                if self._is_live(file, content):
                    return
            self._refuse_namesake(file)
            if content:
                stored_path = self._stored_path(file, content)
                if stored_length(self._hdfs, stored_path) == content.byte_count:
                    self._queue(file, content, stored_path, held.pop_all())
                    return
                meter.expect(file.size)
            self._waiting.append(_Waiting(file, opened, meter, held.pop_all()))

    def _store_waiting(self) -> None:
        """Store the waiting files and leave them pending."""
        waiting, self._waiting = self._waiting, []
        with ThreadPoolExecutor(_SMALL_FILES_AT_ONCE) as pool:
            # A file alone is stored in this thread, where an interruption ends it at once.
            uploads = [pool.submit(self._upload, each) for each in waiting[1:]]
            for number, each in enumerate(waiting):
                with each.held, self._failures(each.file, each.meter):
                    stored = uploads[number - 1].result() if number else self._upload(each)
                    self._publish(each, *stored)

    def _publish(self, waiting: _Waiting, hidden_path: str, content: Summary) -> None:
        """Make a stored file visible, unless its content has become live."""
        waiting.meter.close()
        if self._is_live(waiting.file, content):
            self._hdfs.delete(hidden_path)
            return
        stored_path = self._stored_path(waiting.file, content)
        publish(self._hdfs, hidden_path, stored_path)
        self._queue(waiting.file, content, stored_path, waiting.held.pop_all())

    def _may_be_known(self, file: SourceFile, opened: BinaryIO) -> bool:
        """Whether the content may be live or stored already, told without reading it."""
        live = [known for known in self._live if known.table_name == file.table.name]
        folder = partition_folder(self._folder(file.table.name), file.landed_date)
        sizes = [known.byte_count for known in live] + self._stored.sizes(folder, file.name)
        if is_compressed(file.path):
            hint = size_in_trailer(opened)
            return any(size % 2**32 == hint for size in sizes) or any(
                known.file_name == file.name for known in live
            )
        return file.size in sizes

    def _is_live(self, file: SourceFile, content: Summary) -> bool:
        """Whether the table already has this content; says so in the report."""
        for known in self._live:
            if known.table_name == file.table.name and known.checksum == content.checksum:
                self._finish(file, Outcome.UNCHANGED, known)
                return True
        return False

    def _namesakes(self, file: SourceFile) -> list[LandedFile]:
        return [
            known
            for known in self._live
            if known.table_name == file.table.name and known.file_name == file.name
        ]

    def _refuse_namesake(self, file: SourceFile) -> None:
        """Refuse a file whose name is live with other content, unless it is to be replaced."""
        pending = {pending.candidate.landed.file_id for pending in self._pending} | self._recorded
        for known in self._namesakes(file):
            if known.file_id in pending:
                raise UsageError(
                    f"{file.path} has the name of another file of this command, with other content",
                    "give every file a name of its own",
                )
            if not self._replace:
                raise UsageError(
                    f"{file.path} has other content than the {file.name} landed under "
                    f"{known.landed_date}",
                    "give it another name, or put it in the place of that one with --replace",
                )

    def _upload(self, waiting: _Waiting) -> tuple[str, Summary]:
        """Store a file under its hidden name; returns that and what was counted."""
        file, opened = waiting.file, waiting.opened
        before = os.fstat(opened.fileno())
        name = upload_name(file.path, before.st_size, before.st_mtime_ns)
        hidden_path = f"{uploads_folder(self._folder(file.table.name))}/{name}"
        content = upload(
            self._settings, self._hdfs, file, opened, hidden_path, waiting.meter.advance
        )
        after = os.fstat(opened.fileno())
        if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
            self._hdfs.delete(hidden_path)
            raise UsageError(
                f"{file.path} was written to while it was landed", "land it once it is complete"
            )
        return hidden_path, content

    def _stored_path(self, file: SourceFile, content: Summary) -> str:
        folder = partition_folder(self._folder(file.table.name), file.landed_date)
        return f"{folder}/{stored_name(file.name, content.checksum)}"

    def _queue(self, file: SourceFile, content: Summary, stored_path: str, held: ExitStack) -> None:
        """Leave a stored file to the next commit."""
        now = datetime.now(UTC)
        landed = LandedFile(
            file_id=file_id_of(stored_path, now),
            source_system=self._source.name,
            table_name=file.table.name,
            file_name=file.name,
            stored_path=stored_path,
            landed_date=file.landed_date,
            byte_count=content.byte_count,
            line_count=content.line_count,
            repeated_header_count=content.repeated_header_count,
            checksum=content.checksum,
            header_line=file.header.line,
            header_columns=file.header.columns,
            recorded_at=now,
        )
        replaced = self._namesakes(file)
        self._live = [known for known in self._live if known not in replaced] + [landed]
        candidate = Candidate(landed, [known.file_id for known in replaced])
        self._pending.append(_Pending(file, candidate, held))

    def _commit(self) -> None:
        """Register the partitions of the pending files, then record them."""
        if self._pending:
            self._register_partitions()
            recorded = record_landed(
                self._connection,
                self._settings,
                self._source.name,
                [pending.candidate for pending in self._pending],
            )
            for pending in self._pending:
                landed = pending.candidate.landed
                if landed.file_id in recorded:
                    replaced = bool(pending.candidate.replaces)
                    outcome = Outcome.REPLACED if replaced else Outcome.LANDED
                    self._finish(pending.file, outcome, landed)
                else:
                    self._explain(pending.file, landed)
                pending.held.close()
            self._recorded |= recorded
            self._pending.clear()
        self._last_commit = time.monotonic()

    def _register_partitions(self) -> None:
        """Before the manifest row, so that a recorded file can never be out of sight."""
        tables = {pending.file.table.name: pending.file.table for pending in self._pending}
        for name, table in tables.items():
            dates = {
                pending.file.landed_date
                for pending in self._pending
                if pending.file.table.name == name
            } - {day for registered, day in self._registered if registered == name}
            if dates:
                add_partitions(self._connection, self._settings, table, dates)
                self._registered |= {(name, day) for day in dates}

    def _explain(self, file: SourceFile, landed: LandedFile) -> None:
        """Say why another landing, at the same time, kept a file from being recorded."""
        self._live = [known for known in self._live if known != landed]
        others = self._read_live([file], f"checksum = {literal(landed.checksum)}")
        self._live += others
        if others:
            self._finish(file, Outcome.UNCHANGED, others[0])
            return
        error = UsageError(
            f"{file.path} has other content than the {file.name} that was landed meanwhile",
            "give it another name, or put it in the place of that one with --replace",
        )
        self._finish(file, Outcome.FAILED, error=error)

    def _finish(
        self,
        file: SourceFile,
        outcome: Outcome,
        live: LandedFile | None = None,
        error: WarehouseError | None = None,
    ) -> None:
        note = ""
        if live and outcome is Outcome.UNCHANGED:
            note = f"its content is live as {live.file_name}, landed under {live.landed_date}"
        result = FileResult(
            path=file.path,
            table_name=file.table.name,
            landed_date=live.landed_date if live else file.landed_date,
            outcome=outcome,
            file_id=live.file_id if live else "",
            stored_path=live.stored_path if live else "",
            line_count=live.line_count if live else 0,
            byte_count=live.byte_count if live else 0,
            note=note,
            error=error,
        )
        self.report.results.append(result)
        self._progress.finished(result)

    def _read_live(self, files: list[SourceFile], where: str = "") -> list[LandedFile]:
        """The live files that could be the same as, or have the name of, one of these files."""
        if not where:
            names = ", ".join(sorted({literal(file.name) for file in files}))
            sizes = ", ".join(sorted({literal(file.size) for file in files}))
            hints = {size_in_trailer_of(file.path) for file in files if is_compressed(file.path)}
            where = f"file_name in ({names}) or byte_count in ({sizes})"
            if hints:
                trailers = ", ".join(literal(hint) for hint in sorted(hints))
                where += f" or pmod(byte_count, {literal(2**32)}) in ({trailers})"
        tables = ", ".join(sorted({literal(file.table.name) for file in files}))
        return live_files(
            self._connection,
            self._settings,
            self._source.name,
            f"table_name in ({tables}) and ({where})",
        )

    def _folder(self, table_name: str) -> str:
        return table_folder(self._settings, self._source.name, table_name)
