"""What maintenance did, for programs and for people."""

from dataclasses import dataclass, field

from rich.table import Table


@dataclass
class TableSummary:
    """What was done to one table.

    Attributes:
        files_before, files_after: data files of its current snapshot.
        manifests_rewritten: files of metadata that were brought together.
        snapshots_expired: snapshots that nobody needed.
        orphans_removed: files that no snapshot knew.
        bytes_before, bytes_after: of its folder in HDFS, data and metadata, each file counted once.
        note: why it was not compacted, where it should have been.
    """

    name: str
    files_before: int = 0
    files_after: int = 0
    manifests_rewritten: int = 0
    snapshots_expired: int = 0
    orphans_removed: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    note: str = ""

    @property
    def bytes_saved(self) -> int:
        """Below zero where a compaction is so new that the files before it are kept too."""
        return self.bytes_before - self.bytes_after

    @property
    def is_changed(self) -> bool:
        """Whether anything was done."""
        counts = (self.manifests_rewritten, self.snapshots_expired, self.orphans_removed)
        return any(counts) or self.files_after != self.files_before


@dataclass
class MaintenanceSummary:
    """What was done to all tables.

    Attributes:
        completed: tags, memories and names in the log that an interrupted run had left behind a
            compaction, and those behind this one's.
    """

    tables: list[TableSummary] = field(default_factory=list)
    completed: int = 0
    seconds: float = 0.0

    def total(self, count: str) -> int:
        """A count such as `snapshots_expired`, summed over all tables."""
        return sum(getattr(table, count) for table in self.tables)

    @property
    def is_changed(self) -> bool:
        """Whether anything was done."""
        return self.completed > 0 or any(table.is_changed for table in self.tables)

    def as_table(self) -> Table:
        """A table to print: one line per table that was changed, then the sum of all."""
        shown = Table("table", box=None, title="Maintenance", title_justify="left")
        for name in ("files before", "after", "manifests", "snapshots", "orphans", "bytes saved"):
            shown.add_column(name, justify="right")
        names = (
            "files_before",
            "files_after",
            "manifests_rewritten",
            "snapshots_expired",
            "orphans_removed",
            "bytes_saved",
        )
        for table in self.tables:
            if table.is_changed:
                shown.add_row(table.name, *(f"{getattr(table, name):,}" for name in names))
        shown.add_section()
        shown.add_row("all tables", *(f"{self.total(name):,}" for name in names))
        return shown
