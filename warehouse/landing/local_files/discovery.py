"""The files of a `warehouse land` command: which they are, whose table, what date."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from warehouse.errors import UsageError
from warehouse.landing.local_files.content import is_compressed, read_first_line
from warehouse.landing.local_files.header import LONGEST_HEADER, Header, read_header
from warehouse.landing.sources import Source, Table

DATE_FOLDER = "landed_date="


@dataclass(frozen=True)
class SourceFile:
    """One CSV file on this machine, checked and ready to land.

    Attributes:
        path: where it is.
        table: the table it belongs to.
        name: its name without `.gz`.
        landed_date: the date under which it will be stored.
        header: its first line.
        size: its bytes on this machine, compressed if it is.
    """

    path: Path
    table: Table
    name: str
    landed_date: date
    header: Header
    size: int


@dataclass(frozen=True)
class RefusedFile:
    """A file that cannot be landed, and why."""

    path: Path
    error: UsageError


def find_source_files(
    source: Source,
    paths: Iterable[Path],
    table_name: str | None = None,
    landed_date: date | None = None,
) -> list[SourceFile]:
    """Resolve files and folders into checked files, sorted by path, each once.

    Raises:
        UsageError: a path holds no CSV file, or a file cannot be landed in its table.
    """
    table = source.table(table_name) if table_name else None
    found = sorted({file for path in paths for file in _files_below(path)})
    files, refused = check_files(source, found, table, landed_date)
    if refused:
        first, others = refused[0].error, len(refused) - 1
        more = f" ({others} more refused file{'s'[: others > 1]})" if others else ""
        raise UsageError(first.what + more, first.fix)
    return files


def check_files(
    source: Source,
    paths: Iterable[Path],
    table: Table | None = None,
    landed_date: date | None = None,
    otherwise: date | None = None,
) -> tuple[list[SourceFile], list[RefusedFile]]:
    """Check files one by one; one that cannot be landed does not keep the others from it.

    Args:
        table: the table they belong to; where absent, their names say which.
        landed_date: the date to land them under; else their `landed_date=…` folder.
        otherwise: the date of files without one of their own; today where absent.
    """
    files, refused = [], []
    for path in paths:
        try:
            of = table or table_of(path, source)
            files.append(_checked(path, source, of, landed_date, otherwise))
        except UsageError as error:
            refused.append(RefusedFile(path, error))
    return files, refused


def parse_date(text: str, origin: str) -> date:
    """A date written YYYY-MM-DD.

    Raises:
        UsageError: it is not one; names the origin.
    """
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        fix = "write it as YYYY-MM-DD, such as 2024-03-01"
        raise UsageError(f"{origin} is not a date", fix) from None


def name_without_compression(path: Path) -> str:
    """The file's name without `.gz`."""
    return path.name[:-3] if is_compressed(path) else path.name


def _files_below(path: Path) -> list[Path]:
    """The file itself, or every CSV file in a folder and its subfolders, hidden ones aside."""
    try:
        if path.is_dir():
            files = [
                file.absolute()
                for file in path.rglob("*")
                if name_without_compression(file).lower().endswith(".csv")
                and file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
            ]
            if not files:
                raise UsageError(f"The folder {path} holds no .csv or .csv.gz file")
            return files
        if path.is_file():
            return [path.absolute()]
        missing = "is not a file or folder" if path.exists() else "does not exist"
        raise UsageError(f"{path} {missing}", "check the path")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def table_of(path: Path, source: Source) -> Table:
    """The table that takes a file, by its name.

    Raises:
        UsageError: none does, or several do.
    """
    name = name_without_compression(path)
    tables = [table for table in source.tables if table.takes(name)]
    if len(tables) == 1:
        return tables[0]
    if tables:
        names = " and ".join(table.name for table in tables)
        raise UsageError(f"{path} may belong to {names}", "name the table with --table")
    patterns = "; ".join(
        f"{table.name}: {', '.join(table.file_name_patterns)}" for table in source.tables
    )
    raise UsageError(
        f"{path} has a name that no table of {source.name} takes ({patterns})",
        "name the table with --table",
    )


def _checked(
    path: Path, source: Source, table: Table, landed_date: date | None, otherwise: date | None
) -> SourceFile:
    name = name_without_compression(path)
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        raise UsageError(f"{path!a} has a name that is not UTF-8", "rename the file") from None
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            first_line = read_first_line(path, file, LONGEST_HEADER)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "check the file") from None
    return SourceFile(
        path=path,
        table=table,
        name=name,
        landed_date=landed_date or _date_in(path) or otherwise or datetime.now(UTC).date(),
        header=read_header(path, first_line, source, table),
        size=size,
    )


def _date_in(path: Path) -> date | None:
    """The date of the innermost `landed_date=…` folder, if there is one."""
    for part in reversed(path.parts[:-1]):
        if part.startswith(DATE_FOLDER):
            return parse_date(part.removeprefix(DATE_FOLDER), f"{part} in {path}")
    return None
