"""What a person sees of landing: a bar while it goes on, then what became of each file."""

from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bar
from rich.table import Table

from warehouse.landing.manifest.table import LandedFile
from warehouse.landing.summary import FileResult, LandingSummary, Outcome


class LandingProgress:
    """A bar over all bytes of a command, and a line for each file that is done.

    Where the output is not a terminal there are only the lines.
    """

    def __init__(self) -> None:
        self._console = Console(soft_wrap=True, highlight=False)
        self._errors = Console(stderr=True, soft_wrap=True, highlight=False)
        self._bar = Bar(
            TextColumn("landing"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task = self._bar.add_task("landing", total=None)
        self._expected = 0

    def __enter__(self) -> "LandingProgress":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def expect(self, byte_count: int) -> None:
        """Widen or narrow what the bar stands for."""
        self._expected += byte_count
        self._bar.update(self._task, total=self._expected)

    def advance(self, byte_count: int) -> None:
        """Move the bar on."""
        self._bar.advance(self._task, byte_count)

    def finished(self, result: FileResult) -> None:
        """Print the line of one file."""
        if result.error:
            self._errors.print(f"[red]Error:[/red] {_plain(str(result.error))}")
            return
        where = f"{result.table_name}, landed under {result.landed_date}"
        detail = result.note or f"{where}, {result.line_count:,} lines"
        self._console.print(f"{result.outcome:9}  {_plain(f'{result.path.name}  ({detail})')}")


def print_summary(summary: LandingSummary) -> None:
    """Print one line about a whole landing."""
    counts = ", ".join(
        f"{summary.count(outcome)} {outcome}" for outcome in Outcome if summary.count(outcome)
    )
    megabytes = summary.byte_count / 1e6
    Console(soft_wrap=True, highlight=False).print(
        f"{counts}: {summary.line_count:,} lines, {megabytes:,.1f} MB in {summary.seconds:.1f} s "
        f"({megabytes / summary.seconds:,.0f} MB/s)"
    )


def print_live_files(files: list[LandedFile]) -> None:
    """Print live files as a table; as plain columns where the output is not a terminal."""
    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal:
        for file in files:
            print("\t".join(_cells(file)))
        return
    table = Table("source", "table", "file", "landed under", "lines", "bytes", "file id", box=None)
    for file in files:
        table.add_row(*(_plain(cell) for cell in _cells(file)))
    console.print(table if files else "No file is live.")


def _cells(file: LandedFile) -> list[str]:
    return [
        file.source_system,
        file.table_name,
        file.file_name,
        file.landed_date.isoformat(),
        f"{file.line_count:,}",
        f"{file.byte_count:,}",
        file.file_id,
    ]


def _plain(text: str) -> str:
    """Text in which brackets are brackets, not styles."""
    return text.replace("[", "\\[")
