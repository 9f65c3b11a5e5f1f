"""The tables and comments that repeat what models and settings say: written, never typed.

A page holds its tables between two comments, `<!-- NAME, by make docs -->` and `<!-- end of NAME
-->`; what stands around them is written by hand. An example query begins with the question of its
mart, then `--` on a line of its own; what follows is written by hand.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from pydantic.fields import FieldInfo

from warehouse.dbt.manifest import PROJECT_NAME
from warehouse.docs.decisions import INDEX, anchor, page_title, read_decisions
from warehouse.docs.marts import Mart, read_marts
from warehouse.errors import WarehouseError
from warehouse.settings import PROJECT_ROOT, Settings

MARTS_PAGE = Path("docs/reference/marts.md")
SETTINGS_PAGE = Path("docs/reference/settings.md")
README = Path("README.md")
OVERVIEW = Path("models/overview.md")
# Those that the README shows: one of each subject.
FIRST_SHOWN = (
    "fct_sessions",
    "agg_sales_daily",
    "rfm_segments",
    "funnel_daily",
    "product_leaderboard",
)
_COMMENT_WIDTH = 110


def generated_files(root: Path) -> dict[Path, str]:
    """What each generated file of a checkout should hold, by its path within the checkout.

    Raises:
        WarehouseError: a page has lost the two comments around its tables.
    """
    marts = read_marts(root)
    shown = {mart.name: mart for mart in marts if mart.name in FIRST_SHOWN}
    first = [shown[name] for name in FIRST_SHOWN if name in shown]
    tables = {
        MARTS_PAGE: ("tables of marts", _by_subject(marts, "##", _reference_table)),
        OVERVIEW: ("tables of marts", _by_subject(marts, "**", _overview_table)),
        README: ("five marts", _readme_table(first)),
        SETTINGS_PAGE: ("table of settings", settings_table()),
        INDEX: ("list of decisions", _list_of_decisions(root)),
    }
    pages = {
        page: _filled(page, (root / page).read_text(), name, table)
        for page, (name, table) in tables.items()
    }
    return pages | dict(_queries(root, marts))


def write_generated_files(root: Path) -> list[Path]:
    """Write what differs from what the sources say; gives the paths of what was written."""
    written = []
    for path, text in generated_files(root).items():
        if (root / path).read_text() != text:
            (root / path).write_text(text)
            written.append(path)
    return written


def settings_table() -> str:
    """The settings by the names of their variables, with defaults and meanings."""
    rows = [
        (f"`{_variable(name, field)}`", *_default_and_meaning(field))
        for name, field in Settings.model_fields.items()
    ]
    return _table(("Setting", "Default", "What it does"), rows)


def question_comment(question: str) -> str:
    """The lines with which an example query begins, up to the `--` on a line of its own."""
    lines = textwrap.wrap(
        question,
        _COMMENT_WIDTH,
        initial_indent="-- ",
        subsequent_indent="-- ",
        break_on_hyphens=False,
    )
    return "".join(f"{line}\n" for line in [*lines, "--"])


def without_question(query: str) -> str:
    """What is written by hand of an example query: all but the question of its mart."""
    return re.sub(r"\A(-- .*\n)*--\n", "", query)


def _queries(root: Path, marts: Iterable[Mart]) -> Iterator[tuple[Path, str]]:
    for mart in marts:
        path = Path("analyses", f"{mart.name}.sql")
        if mart.question and (root / path).is_file():
            text = (root / path).read_text()
            yield path, question_comment(mart.question) + without_question(text)


def _by_subject(marts: list[Mart], mark: str, table: Callable[[Iterable[Mart]], str]) -> str:
    parts = []
    for subject, members in groupby(marts, lambda mart: mart.subject):
        title = f"{mark} {subject}" if mark == "##" else f"{mark}{subject}{mark}"
        parts.append(f"{title}\n\n{table(members)}")
    return "\n".join(parts)


def _reference_table(marts: Iterable[Mart]) -> str:
    rows = [
        (f"`{mart.name}`", _grain(mart), mart.question, f"[query](../../analyses/{mart.name}.sql)")
        for mart in marts
    ]
    return _table(("Mart", "One row per", "Question it answers", "Example"), rows)


def _overview_table(marts: Iterable[Mart]) -> str:
    page = f"#!/model/model.{PROJECT_NAME}."
    rows = [(mart.question, f"[{mart.name}]({page}{mart.name})") for mart in marts]
    return _table(("Question", "Mart"), rows)


def _readme_table(marts: Iterable[Mart]) -> str:
    rows = [(f"`{mart.name}`", _grain(mart), mart.question) for mart in marts]
    return _table(("Mart", "One row per", "Question it answers"), rows)


def _list_of_decisions(root: Path) -> str:
    parts = []
    for page, entries in groupby(read_decisions(root), lambda entry: entry.page):
        lines = [f"## [{page_title((root / page).read_text())}]({page.name})", ""]
        for entry in entries:
            link = f"- {entry.date} [{entry.title}]({page.name}#{anchor(entry.title)})"
            lines.append(link if entry.status == "accepted" else f"{link}: {entry.status}")
        parts.append("".join(f"{line}\n" for line in lines))
    return "\n".join(parts)


def _grain(mart: Mart) -> str:
    return ", ".join(f"`{column}`" for column in mart.grain)


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [titles, ("---",) * len(titles), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _variable(name: str, field: FieldInfo) -> str:
    return str(field.validation_alias or f"WAREHOUSE_{name.upper()}")


def _default_and_meaning(field: FieldInfo) -> tuple[str, str]:
    """A default that is no plain value stands at the end of the meaning."""
    meaning, _, default = (field.description or "").partition("; default: ")
    if not default and field.default not in (None, "", {}):
        default = f"`{field.default}`"
    return default, meaning


def _filled(page: Path, text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}, by make docs -->\n", f"<!-- end of {name} -->"
    before, begins, rest = text.partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        raise WarehouseError(
            f"{page} has lost the comments around its {name}",
            f"put back `{begin.strip()}` and `{end}`",
        )
    return f"{before}{begin}\n{table}\n{end}{after}"


def main() -> None:
    """Write what differs in this checkout, and say which files."""
    for path in write_generated_files(PROJECT_ROOT):
        print(f"{path}: written")


if __name__ == "__main__":
    main()
