"""The drop folder of a source system: what lies in it is landed, and removed once it is live.

Who brings files writes them under a name that is not landed (one that begins with `.` or `_`,
or ends in `.part` or `.tmp`) or on the same disk outside the folder, and moves them in by one
rename when they are finished. Files may lie in folders `landed_date=YYYY-MM-DD`, which give their
date.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from blake3 import blake3

from warehouse.errors import UsageError
from warehouse.landing.land_files import land_checked
from warehouse.landing.local_files.content import is_compressed, read_chunks
from warehouse.landing.local_files.discovery import (
    DATE_FOLDER,
    RefusedFile,
    check_files,
    name_without_compression,
    table_of,
)
from warehouse.landing.local_files.locking import open_file, try_lock
from warehouse.landing.manifest.raw_tables import create_raw_tables
from warehouse.landing.manifest.table import live_files
from warehouse.landing.sources import load_source
from warehouse.landing.summary import LandingSummary, Outcome, Progress
from warehouse.settings import Settings
from warehouse.sql.connection import connect
from warehouse.sql.literals import literal

_UNFINISHED = (".", "_")
_UNFINISHED_ENDINGS = (".part", ".tmp")


@dataclass
class DropSummary:
    """What became of the files of a drop folder.

    Attributes:
        landing: what became of the files that were fit to be landed.
        unfit: the files that were not, such as those with a wrong header.
    """

    landing: LandingSummary = field(default_factory=LandingSummary)
    unfit: list[RefusedFile] = field(default_factory=list)

    @property
    def landed_count(self) -> int:
        """How many files are live because of this landing."""
        return len(self.landing.landed)

    @property
    def unchanged_count(self) -> int:
        """How many files were live before, under whatever name."""
        return self.landing.count(Outcome.UNCHANGED)

    @property
    def refused(self) -> dict[Path, str]:
        """The files that were not landed, each with one line that says why and what to do."""
        failed = {each.path: str(each.error) for each in self.landing.results if each.error}
        return {each.path: str(each.error) for each in self.unfit} | failed


@dataclass(frozen=True)
class Freed:
    """Files that were removed from this machine, and the bytes that they took."""

    file_count: int = 0
    byte_count: int = 0


def land_drop_folder(
    settings: Settings, source: str, landed_date: date, progress: Progress | None = None
) -> DropSummary:
    """Land what lies in the drop folder of a source system; nothing is fine too.

    Args:
        source: name of a declared source system.
        landed_date: the date of files that lie in no `landed_date=…` folder.

    Returns:
        What became of each file; a file that is refused does not keep the others from landing.

    Raises:
        UsageError: there is no such source system, or it has no drop folder.
        ServiceUnavailable: HDFS or the Thrift Server does not answer; run again to go on.
    """
    declared = load_source(source)
    files, unfit = check_files(
        declared, finished_files(_folder_of(settings, source)), otherwise=landed_date
    )
    if not files:
        return DropSummary(unfit=unfit)
    return DropSummary(land_checked(settings, declared, files, progress=progress), unfit)


def remove_landed(
    settings: Settings, source: str, say: Callable[[str], None] = lambda line: None
) -> Freed:
    """Remove the files of the drop folder of a source system whose content is live.

    Whatever they are called: content is compared by its checksum, that of compressed files
    decompressed. Emptied folders `landed_date=…` go too; all else stays, links and what lies behind
    them included.

    Raises:
        UsageError: there is no such source system, or it has no drop folder.
        WarehouseError: the manifest cannot be read.
        ServiceUnavailable: the Thrift Server does not answer.
    """
    folder = _folder_of(settings, source)
    declared = load_source(source)
    found = [path for path in finished_files(folder) if not path.is_symlink()]
    removed = []
    if found:
        with connect(settings) as connection:
            create_raw_tables(connection, settings, [declared])
            live: dict[str, set[str]] = defaultdict(set)
            for file in live_files(connection, settings, source, _sizes_of(found)):
                live[file.table_name].add(file.checksum)
        for path in found:
            with suppress(UsageError):
                table = table_of(path, declared).name
                size = _remove_if_live(path, live[table])
                if size is not None:
                    removed.append(size)
    for place, _, _ in os.walk(folder, topdown=False):
        if Path(place).name.startswith(DATE_FOLDER) and Path(place) != folder:
            with suppress(OSError):
                Path(place).rmdir()
    freed = Freed(len(removed), sum(removed))
    if removed:
        say(f"Removed {freed.file_count} landed files from {folder}: {freed.byte_count:,} bytes")
    return freed


def finished_files(folder: Path) -> list[Path]:
    """The CSV files below a folder that nobody is still writing, going by their names; sorted.

    Folders that are links are left out.
    """
    return sorted(_finished_files(folder))


def _finished_files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(_UNFINISHED)]
        for name in names:
            path = Path(place, name)
            if name.startswith(_UNFINISHED) or name.lower().endswith(_UNFINISHED_ENDINGS):
                continue
            if name_without_compression(path).lower().endswith(".csv") and path.is_file():
                yield path.absolute()


def _folder_of(settings: Settings, source: str) -> Path:
    variable = f"WAREHOUSE_DROP_FOLDER__{source.upper()}"
    folder = settings.drop_folder.get(source)
    if folder is None:
        load_source(source)
        raise UsageError(f"{source} has no drop folder", f"name it in {variable}")
    if not folder.is_dir():
        raise UsageError(
            f"The drop folder {folder} of {source} is not there", f"make it, or correct {variable}"
        )
    return folder


def _sizes_of(paths: Iterable[Path]) -> str:
    """An SQL condition that the live files of the same content meet."""
    if any(is_compressed(path) for path in paths):
        return "true"
    sizes = sorted({path.stat().st_size for path in paths if path.exists()})
    return f"byte_count in ({', '.join(literal(size) for size in sizes or [0])})"


def _remove_if_live(path: Path, live: Set[str]) -> int | None:
    """Remove a file whose checksum is among the live ones; returns its bytes on this machine.

    A file that is being landed stays, and so does one that was put in the place of what was read.

    Raises:
        UsageError: it cannot be read or removed.
    """
    with open_file(path) as opened:
        if not try_lock(opened):
            return None
        digest = blake3()
        for chunk, _ in read_chunks(path, opened):
            digest.update(chunk)
        before = os.fstat(opened.fileno())
        if digest.hexdigest() not in live:
            return None
        try:
            now = path.lstat()
            if (now.st_ino, now.st_dev, now.st_size, now.st_mtime_ns) != (
                before.st_ino,
                before.st_dev,
                before.st_size,
                before.st_mtime_ns,
            ):
                return None
            path.unlink()
        except OSError as error:
            raise UsageError(f"{path} cannot be removed: {error.strerror}") from None
    return before.st_size
