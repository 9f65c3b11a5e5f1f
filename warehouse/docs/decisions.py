"""The decisions of the project: pages by area, each entry with its date and its status."""

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("docs/decisions")
INDEX = FOLDER / "README.md"
_ENTRY = re.compile(r"^## (?P<title>.+)\n(?P<stated>.*)$", re.MULTILINE)
_STATED = re.compile(
    r"Date: (?P<date>\d{4}-\d\d-\d\d) · Status: (?P<status>accepted|superseded by \[.+\]\(.+\))"
)


@dataclass(frozen=True)
class Decision:
    """An entry of a page.

    Attributes:
        page: its file, from the root of the checkout.
        title: the heading.
        date: that on which it was first written, as YYYY-MM-DD; empty where the entry has none.
        status: `accepted`, or `superseded by` and a link; empty where the entry has none.
    """

    page: Path
    title: str
    date: str
    status: str


def read_decisions(root: Path) -> list[Decision]:
    """The entries of a checkout, page by page."""
    pages = sorted(set((root / FOLDER).glob("*.md")) - {root / INDEX})
    return [
        _decision(page.relative_to(root), entry)
        for page in pages
        for entry in _ENTRY.finditer(page.read_text())
    ]


def page_title(text: str) -> str:
    """The heading with which a page begins."""
    return text.partition("\n")[0].removeprefix("# ")


def anchor(heading: str) -> str:
    """The name by which a link reaches a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _decision(page: Path, entry: re.Match[str]) -> Decision:
    stated = _STATED.fullmatch(entry["stated"])
    date, status = (stated["date"], stated["status"]) if stated else ("", "")
    return Decision(page, entry["title"], date, status)
