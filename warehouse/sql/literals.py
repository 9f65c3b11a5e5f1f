"""Python values as Spark SQL literals."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def literal(value: str | int | date | datetime | Sequence[str]) -> str:
    """The Spark SQL literal of a text, whole number, date, aware timestamp or list of texts.

    Everything a text may hold survives: Spark reads a backslash as an escape, and `${…}` as a
    variable to fill in before it even parses.
    """
    if isinstance(value, str):
        return f"'{_escaped(value)}'"
    if isinstance(value, int):
        return f"{value}L"
    if isinstance(value, datetime):
        return f"timestamp'{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}Z'"
    if isinstance(value, date):
        return f"date'{value.isoformat()}'"
    return f"cast(array({', '.join(literal(item) for item in value)}) as array<string>)"


def _escaped(text: str) -> str:
    def replacement(match: re.Match[str]) -> str:
        character = match.group()
        return _ESCAPES.get(character) or f"\\u{ord(character):04x}"

    return re.sub(r"[\x00-\x1f\x7f$\\']", replacement, text)
