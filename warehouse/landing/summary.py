"""What became of the files of a command."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from warehouse.errors import WarehouseError


class Outcome(StrEnum):
    """What became of one file."""

    LANDED = "landed"
    REPLACED = "replaced"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class FileResult:
    """What became of one file, and where it is.

    Attributes:
        path: the file on this machine.
        stored_path: where its content is in HDFS; empty if it failed.
        note: why it is unchanged.
        error: why it failed.
    """

    path: Path
    table_name: str
    landed_date: date
    outcome: Outcome
    file_id: str = ""
    stored_path: str = ""
    line_count: int = 0
    byte_count: int = 0
    note: str = ""
    error: WarehouseError | None = None


@dataclass
class LandingSummary:
    """What became of every file of one landing, and how long it took."""

    results: list[FileResult] = field(default_factory=list)
    seconds: float = 0.0

    def count(self, outcome: Outcome) -> int:
        """How many files had this outcome."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def landed(self) -> list[FileResult]:
        """The files that are live because of this landing."""
        return [
            result
            for result in self.results
            if result.outcome in (Outcome.LANDED, Outcome.REPLACED)
        ]

    @property
    def line_count(self) -> int:
        """Lines landed, without headers."""
        return sum(result.line_count for result in self.landed)

    @property
    def byte_count(self) -> int:
        """Bytes landed, decompressed."""
        return sum(result.byte_count for result in self.landed)

    @property
    def exit_code(self) -> int:
        """0 if no file failed, else the exit code of the worst failure."""
        codes = {result.error.exit_code for result in self.results if result.error}
        if not codes:
            return 0
        return next(iter(codes)) if len(codes) == 1 else 1


class Progress(Protocol):
    """Called as a landing goes on; bytes are those of the files on this machine."""

    def expect(self, byte_count: int) -> None:
        """So many more bytes will be read."""

    def advance(self, byte_count: int) -> None:
        """So many bytes were read."""

    def finished(self, result: FileResult) -> None:
        """One file is done."""


class NoProgress:
    """Reports to nobody."""

    def expect(self, byte_count: int) -> None:
        """Nothing to do."""

    def advance(self, byte_count: int) -> None:
        """Nothing to do."""

    def finished(self, result: FileResult) -> None:
        """Nothing to do."""


class Meter:
    """Reports the progress of one file, and corrects the expected bytes when the file is done.

    Args:
        expected: bytes the progress already expects of the file.
    """

    def __init__(self, progress: Progress, expected: int) -> None:
        self._progress = progress
        self._expected = expected
        self._outstanding = expected

    def restart(self) -> None:
        """The file will be read from its beginning again."""
        self.expect(self._expected - self._outstanding)

    def expect(self, byte_count: int) -> None:
        """The file will be read once more."""
        self._outstanding += byte_count
        self._progress.expect(byte_count)

    def advance(self, byte_count: int) -> None:
        """So many bytes were read."""
        self._outstanding -= byte_count
        self._progress.advance(byte_count)

    def close(self) -> None:
        """Expect no more of the file than was read."""
        self._progress.expect(-self._outstanding)
        self._outstanding = 0
