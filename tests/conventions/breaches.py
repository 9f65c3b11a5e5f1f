"""How a rule says what breaks it: one line each, with the file and the fix, and no traceback."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass(frozen=True, order=True)
class Breach:
    """What breaks a rule.

    Attributes:
        file: where, relative to the project.
        what: a clause without a full stop.
        fix: what to do about it, likewise.
    """

    file: str | Path
    what: str
    fix: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}. Fix: {self.fix}."


def report(breaches: Iterable[Breach]) -> None:
    """Fail with a line for each breach, if there are any."""
    lines = sorted({str(breach) for breach in breaches})
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


def declaration(node: dict[str, Any]) -> str:
    """The YAML file that declares a node of the dbt manifest; where there is none, its own file."""
    return (node.get("patch_path") or "").partition("://")[2] or node["original_file_path"]


def named(names: Iterable[str]) -> str:
    """Names in order, as a line lists them."""
    return ", ".join(sorted(names))
