"""What the scaffold leaves to a person is filled in."""

import re
from collections.abc import Iterator
from pathlib import Path

from warehouse.docs.generated import OVERVIEW, without_question
from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, report

FOLDERS = ("models", "analyses", "tests/oracle")
ENDINGS = (".sql", ".yml", ".md")


def written_by_hand() -> Iterator[tuple[Path, str]]:
    """The files in which the scaffold leaves something to do, without what `make docs` writes."""
    for folder in FOLDERS:
        for path in sorted((PROJECT_ROOT / folder).rglob("*")):
            name = path.relative_to(PROJECT_ROOT)
            if path.suffix in ENDINGS and name != OVERVIEW:
                text = path.read_text()
                yield name, without_question(text) if folder == "analyses" else text


def test_no_todo_is_left() -> None:
    report(
        Breach(path, f"TODO is left: {todo}", "do it, and remove the TODO")
        for path, text in written_by_hand()
        for todo in re.findall(r"\bTODO\b:? *(.*?)[.?\"\s]*$", text, re.MULTILINE)
    )
