"""The header line of a CSV file and what a declaration asks of it."""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from warehouse.errors import UsageError
from warehouse.landing.local_files.content import BYTE_ORDER_MARK
from warehouse.landing.sources import Source, Table

LONGEST_HEADER = 1 << 20
_USUAL_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class Header:
    """The first line of a file.

    Attributes:
        line: as Spark's text reader returns it: without byte order mark and line feed, with the
            carriage return if there was one.
        columns: the names in it, unquoted and trimmed.
    """

    line: str
    columns: list[str]


def read_header(path: Path, first_line: bytes, source: Source, table: Table) -> Header:
    """Check the first line of a file against the declaration of its table.

    Args:
        path: the file, to name it in errors.
        first_line: its first line, decompressed, cut after `LONGEST_HEADER` bytes.

    Raises:
        UsageError: the file is empty, not CSV, in another dialect, or lacks required columns.
    """
    if not first_line:
        raise UsageError(f"{path} is empty", "land a file with at least a header line")
    first = first_line.removesuffix(b"\n").removeprefix(BYTE_ORDER_MARK)
    if b"\0" in first or first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UsageError(
            f"{path} is not a CSV text file: its first line holds binary data",
            "land UTF-8 text, plain or with .gz behind its name",
        )
    if len(first_line) == LONGEST_HEADER:
        raise UsageError(f"{path} is not a CSV file: its first line is over 1 MiB long")
    try:
        line = first.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path} is not a CSV text file: its first line is not UTF-8",
            "land UTF-8 text, plain or with .gz behind its name",
        ) from None
    text = line.removesuffix("\r")
    if "\r" in text:
        raise UsageError(
            f"{path} ends its lines with carriage returns alone",
            "convert it to line feeds: tr '\\r' '\\n'",
        )
    if not text.strip():
        raise UsageError(
            f"{path} begins with a blank line", "land a file whose first line is its header"
        )
    columns = _fields(text, source.delimiter, source.quote)
    _check_dialect(path, text, columns, source, table)
    _check_columns(path, columns, table)
    return Header(line, columns)


def _fields(text: str, delimiter: str, quote: str) -> list[str]:
    """The trimmed names in a header line; an unclosed quote makes the line one name."""
    try:
        rows = list(csv.reader([text], delimiter=delimiter, quotechar=quote, strict=True))
    except csv.Error:
        return [text]
    return [name.strip() for name in rows[0]]


def _check_dialect(path: Path, text: str, columns: list[str], source: Source, table: Table) -> None:
    """Refuse a file whose header makes sense with another delimiter only."""
    found = len(set(table.required_columns) & set(columns))
    for delimiter, name in _USUAL_DELIMITERS.items():
        fields = _fields(text, delimiter, source.quote)
        if len(set(table.required_columns) & set(fields)) > found:
            declared = _USUAL_DELIMITERS.get(source.delimiter, source.delimiter)
            raise UsageError(
                f"{path} is separated by {name}s, but {source.name} declares the {declared} as "
                "delimiter",
                "export the file again, or declare its dialect as a source system of its own",
            )


def _check_columns(path: Path, columns: list[str], table: Table) -> None:
    """Refuse a header that lacks a required column or names one twice."""
    missing = [name for name in table.required_columns if name not in columns]
    if missing:
        raise UsageError(
            f"{path} lacks {_named(missing)} of table {table.name}; its header has "
            f"{_named(columns)}",
            "land a file with every required column; their order and further ones are free",
        )
    twice = [name for name, times in Counter(columns).items() if times > 1]
    if twice:
        raise UsageError(
            f"{path} names {_named(twice)} twice in its header", "name each column once"
        )


def _named(names: list[str]) -> str:
    """A few names for a message of one line."""
    shown = [name if name.isprintable() and name else repr(name) for name in names[:20]]
    clipped = [name if len(name) <= 60 else name[:60] + "…" for name in shown]
    return ", ".join(clipped) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
