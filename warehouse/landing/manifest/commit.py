"""From stored to live: names compared, stored files made visible, recorded in the manifest."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from warehouse.errors import ServiceUnavailable, UsageError, WarehouseError
from warehouse.landing.hdfs.client import connect_to_hdfs, hdfs_errors
from warehouse.landing.hdfs.paths import partition_folder, stored_name, table_folder, uploads_folder
from warehouse.landing.hdfs.upload import make_visible, remove_dead_uploads
from warehouse.landing.local_files.content import Summary, is_compressed
from warehouse.landing.local_files.discovery import SourceFile
from warehouse.landing.manifest.raw_tables import add_partitions
from warehouse.landing.manifest.table import (
    Candidate,
    LandedFile,
    current_snapshot,
    file_id_of,
    live_files,
    record_landed,
)
from warehouse.landing.sources import Source
from warehouse.landing.summary import FileResult, LandingSummary, Outcome, Progress
from warehouse.settings import Settings
from warehouse.sql.connection import Connection
from warehouse.sql.literals import literal


@dataclass
class _Pending:
    """A stored file that is not recorded yet; holds the lock on the file on this machine."""

    file: SourceFile
    candidate: Candidate
    held: ExitStack


class Recording:
    """What one landing knows to be live, and what it adds to that.

    Attributes:
        summary: what became of each file so far.
        hdfs: the client of HDFS.
        live: the live files that were asked for, and those pending.
    """

    def __init__(
        self,
        settings: Settings,
        connection: Connection,
        source: Source,
        replace: bool,
        progress: Progress,
    ) -> None:
        self.summary = LandingSummary()
        self.source = source
        self.hdfs = connect_to_hdfs(settings)
        self.live: list[LandedFile] = []
        self._settings = settings
        self._connection = connection
        self._replace = replace
        self._progress = progress
        self._pending: list[_Pending] = []
        self._recorded: set[str] = set()
        # The manifest's version before it was first read, for all files; of use to one commit only.
        self._snapshot: str | None = None
        self._read = False
        self._registered: set[tuple[str, date]] = set()

    @property
    def pending(self) -> int:
        """How many stored files the next commit will record."""
        return len(self._pending)

    def read_live(self, files: Sequence[SourceFile], where: str) -> list[LandedFile]:
        """Learn of the live files of these files' tables that meet an SQL condition.

        The first time for all files: by their names, and by their content as far as it is known.
        """
        if not self._read:
            self._snapshot = current_snapshot(self._connection, self._settings)
            self._read = True
        tables = ", ".join(sorted({literal(file.table.name) for file in files}))
        found = live_files(
            self._connection,
            self._settings,
            self.source.name,
            f"table_name in ({tables}) and ({where})",
        )
        self.live += found
        return found

    def remove_dead_uploads(self, files: Sequence[SourceFile]) -> None:
        """Remove what killed uploads into these files' tables left long ago."""
        for name in {file.table.name for file in files}:
            with hdfs_errors(self._settings, "Listing unfinished uploads"):
                folder = table_folder(self._settings, self.source.name, name)
                remove_dead_uploads(self.hdfs, uploads_folder(folder))

    @contextmanager
    def failures(self, file: SourceFile) -> Iterator[None]:
        """Let one file fail alone, unless a service is away."""
        try:
            with hdfs_errors(self._settings, f"Storing {file.path}"):
                yield
        except ServiceUnavailable:
            raise
        except WarehouseError as error:
            self.finish(file, Outcome.FAILED, error=error)

    def is_live(self, file: SourceFile, content: Summary) -> bool:
        """Whether the table already has this content; says so in the summary."""
        for known in self.live:
            if known.table_name == file.table.name and known.checksum == content.checksum:
                self.finish(file, Outcome.UNCHANGED, known)
                return True
        return False

    def refuse_name_conflict(self, file: SourceFile) -> None:
        """Refuse a file whose name is live with other content, unless it is to be replaced."""
        pending = {pending.candidate.landed.file_id for pending in self._pending} | self._recorded
        for known in self._name_conflicts(file):
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

    def has_name_conflict(self, file: SourceFile) -> bool:
        """Whether the name of a file is live."""
        return bool(self._name_conflicts(file))

    def _name_conflicts(self, file: SourceFile) -> list[LandedFile]:
        return [
            known
            for known in self.live
            if known.table_name == file.table.name and known.file_name == file.name
        ]

    def make_visible(
        self, file: SourceFile, hidden_path: str, content: Summary, held: ExitStack
    ) -> None:
        """Make a stored file visible and leave it to the next commit, unless its content is live.

        Raises:
            UsageError: its name is live with other content; nothing of it stays.
            OSError, RuntimeError: as the HDFS client raises them.
        """
        if self.is_live(file, content):
            self.hdfs.delete(hidden_path)
            return
        try:
            self.refuse_name_conflict(file)
        except UsageError:
            self.hdfs.delete(hidden_path)
            raise
        stored_path = self.stored_path(file, content)
        make_visible(self.hdfs, hidden_path, stored_path)
        self.queue(file, content, stored_path, held.pop_all())

    def stored_path(self, file: SourceFile, content: Summary) -> str:
        """Where the content of a file is, once it is visible."""
        folder = partition_folder(
            table_folder(self._settings, self.source.name, file.table.name), file.landed_date
        )
        return f"{folder}/{stored_name(file.name, content.checksum)}"

    def queue(self, file: SourceFile, content: Summary, stored_path: str, held: ExitStack) -> None:
        """Leave a stored file to the next commit."""
        now = datetime.now(UTC)
        landed = LandedFile(
            file_id=file_id_of(stored_path, now),
            source_system=self.source.name,
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
        replaced = self._name_conflicts(file)
        self.live = [known for known in self.live if known not in replaced] + [landed]
        candidate = Candidate(landed, [known.file_id for known in replaced])
        self._pending.append(_Pending(file, candidate, held))

    def commit(self) -> None:
        """Record the pending files, their partitions first."""
        if self._pending:
            self.register_partitions([pending.file for pending in self._pending])
            # What a compressed file holds was looked for by a hint that can be wrong.
            guessed = any(is_compressed(pending.file.path) for pending in self._pending)
            recorded = record_landed(
                self._connection,
                self._settings,
                self.source.name,
                [pending.candidate for pending in self._pending],
                unknown_at=None if guessed else self._snapshot,
            )
            self._snapshot = None
            for pending in self._pending:
                landed = pending.candidate.landed
                if landed.file_id in recorded:
                    replaced = bool(pending.candidate.replaces)
                    outcome = Outcome.REPLACED if replaced else Outcome.LANDED
                    self.finish(pending.file, outcome, landed)
                else:
                    self._explain(pending.file, landed)
                pending.held.close()
            self._recorded |= recorded
            self._pending.clear()

    def register_partitions(self, files: Sequence[SourceFile]) -> None:
        """Register the dates of files about to be recorded, so that none can be out of sight."""
        for name, table in {file.table.name: file.table for file in files}.items():
            dates = {file.landed_date for file in files if file.table.name == name}
            dates -= {day for registered, day in self._registered if registered == name}
            if dates:
                add_partitions(self._connection, self._settings, table, dates)
                self._registered |= {(name, day) for day in dates}

    def _explain(self, file: SourceFile, landed: LandedFile) -> None:
        """Say why another landing, at the same time, kept a file from being recorded."""
        self.live = [known for known in self.live if known != landed]
        others = self.read_live([file], f"checksum = {literal(landed.checksum)}")
        if others:
            self.finish(file, Outcome.UNCHANGED, others[0])
            return
        error = UsageError(
            f"{file.path} has other content than the {file.name} that was landed meanwhile",
            "give it another name, or put it in the place of that one with --replace",
        )
        self.finish(file, Outcome.FAILED, error=error)

    def finish(
        self,
        file: SourceFile,
        outcome: Outcome,
        live: LandedFile | None = None,
        error: WarehouseError | None = None,
    ) -> None:
        """Report what became of a file."""
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
        self.summary.results.append(result)
        self._progress.finished(result)
