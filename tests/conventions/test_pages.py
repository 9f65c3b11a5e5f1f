"""Each document has its size, its place, an opening, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

from warehouse.docs.decisions import anchor, read_decisions
from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, report
from .test_markdown import MARKDOWN

MOST_LINES = {"README.md": 180, "ARCHITECTURE.md": 150}
AT_THE_ROOT = {
    *("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "CONVENTIONS.md", "CHANGELOG.md"),
}
FOLDERS = {"guides", "concepts", "reference", "decisions"}
CONCEPTS = [path for path in MARKDOWN if path.parts[:2] == ("docs", "concepts")]
MOST_OPENING_LINES = 5
MOST_NODES = 15
TROUBLESHOOTING = Path("docs/reference/troubleshooting.md")
# What other programs say, and names of data tests, which dbt's graph has.
OF_OTHERS = {
    "warehouse: command not found",
    "TABLE_OR_VIEW_NOT_FOUND",
    "Could not connect to any of",
}
_OPENING = re.compile(
    r"# [^\n]+\n\n((?:(?!```|#)[^\n]+\n)+)\n```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def text_of(path: Path | str) -> str:
    return (PROJECT_ROOT / path).read_text()


def links(path: Path) -> list[tuple[str, str]]:
    """Where a page leads within the project: a path, as it is written, and a heading."""
    prose = re.sub(r"`[^`\n]*`", "", _BLOCK.sub("", text_of(path)))
    found = re.findall(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)", prose)
    return [(link, heading) for link, heading in found if ":" not in link]


def headings(path: Path) -> set[str]:
    text = _BLOCK.sub("", (PROJECT_ROOT / path).read_text())
    return {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}


def relative(path: Path) -> Path:
    return path.resolve().relative_to(PROJECT_ROOT.resolve())


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    breaches = []
    for link, heading in links(path):
        target = PROJECT_ROOT / path.parent / link if link else PROJECT_ROOT / path
        if not target.exists():
            breaches.append(Breach(path, f"links to {link}, which does not exist", "correct it"))
        elif heading and heading not in headings(relative(target)):
            what = f"links to #{heading}, which is no heading of {relative(target)}"
            breaches.append(Breach(path, what, "correct it"))
    report(breaches)


def test_the_first_pages_are_short() -> None:
    report(
        Breach(page, f"has {lines} lines, of {most} at most", "move what is not asked first")
        for page, most in MOST_LINES.items()
        if (lines := len(text_of(page).splitlines())) > most
    )


def test_every_page_has_its_place() -> None:
    breaches = []
    for path in MARKDOWN:
        if len(path.parts) == 1 and path.name not in AT_THE_ROOT:
            breaches.append(
                Breach(path, "is at the root", f"move it below docs: {sorted(FOLDERS)}")
            )
        of_docs = path.parts[0] == "docs" and path != Path("docs/README.md")
        if of_docs and (len(path.parts) != 3 or path.parts[1] not in FOLDERS):
            what = "is in no folder of one purpose"
            breaches.append(Breach(path, what, f"move it into one of {sorted(FOLDERS)}"))
    report(breaches)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [Path("README.md")]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not (PROJECT_ROOT / page).is_file():
            continue
        reached.add(page)
        waiting += [relative(PROJECT_ROOT / page.parent / link) for link, _ in links(page) if link]
    report(
        Breach(path, "cannot be reached by links from README.md", "link to it in docs/README.md")
        for path in MARKDOWN
        if path.parts[0] in ("docs", "generator", "benchmarks") and path not in reached
    )


def test_every_decision_has_a_date_and_a_status() -> None:
    decisions = read_decisions(PROJECT_ROOT)
    fix = "write `Date: YYYY-MM-DD · Status: accepted`, or `superseded by` a link, below it"
    breaches = [
        Breach(entry.page, f'"{entry.title}" has no date and status', fix)
        for entry in decisions
        if not entry.status
    ]
    if not decisions:
        breaches.append(Breach("docs/decisions", "holds no decision", "add some"))
    report(breaches)


@pytest.mark.parametrize("path", CONCEPTS, ids=str)
def test_a_concept_opens_with_a_summary_and_one_picture(path: Path) -> None:
    text = text_of(path)
    opening = _OPENING.match(text)
    pictures = text.count("```mermaid")
    breaches = []
    if not opening:
        breaches.append(Breach(path, "does not open with a summary and a picture", "add them"))
    elif (lines := opening[1].count("\n")) > MOST_OPENING_LINES:
        what = f"opens with {lines} lines, of {MOST_OPENING_LINES} at most"
        breaches.append(Breach(path, what, "shorten them"))
    elif (nodes := len(set(re.findall(r"\b(\w+)[\[{]", opening[2])))) > MOST_NODES:
        what = f"has a picture of {nodes} boxes, of {MOST_NODES} at most"
        breaches.append(Breach(path, what, "draw less"))
    if pictures != 1:
        breaches.append(Breach(path, f"has {pictures} pictures", "keep one"))
    report(breaches)


def test_there_are_concepts_to_check() -> None:
    if len(CONCEPTS) < 5:
        report([Breach("docs/concepts", f"holds {len(CONCEPTS)} pages", "see docs/README.md")])


def sources_of_messages() -> str:
    """The code that prints messages, with … where a value is put in and long texts joined."""
    texts = [text_of("install.sh")]
    for folder in ("warehouse", "generator", "orchestration"):
        for file in (PROJECT_ROOT / folder).rglob("*.py"):
            joined = re.sub(r'"\s*\n\s*f?"', "", file.read_text())
            texts.append(re.sub(r"\{[^{}]*\}", "…", joined))
    for file in (PROJECT_ROOT / "macros").rglob("*.sql"):
        joined = re.sub(r"'\s*~\s*'", "", file.read_text())
        texts.append(re.sub(r"'\s*~.*?~\s*'", "…", joined, flags=re.DOTALL))
    return "\n".join(texts)


def test_a_message_that_is_explained_is_printed() -> None:
    sources = sources_of_messages()
    rows = re.findall(r"^\| (?!Message|---)(.+?) \| ", text_of(TROUBLESHOOTING), re.MULTILINE)
    breaches = []
    for message in (message for row in rows for message in re.findall(r"`([^`]+)`", row)):
        parts = [part.strip() for part in message.split("…")]
        is_ours = (
            message not in OF_OTHERS and " " in message and not message.startswith("warehouse")
        )
        if is_ours and not all(part in sources for part in parts):
            what = f"explains `{message}`, which nothing prints"
            breaches.append(Breach(TROUBLESHOOTING, what, "write it as the code does"))
    if not rows:
        breaches.append(Breach(TROUBLESHOOTING, "explains no message", "add some"))
    report(breaches)
