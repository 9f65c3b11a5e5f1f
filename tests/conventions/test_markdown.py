"""What Markdown names exists, and what git holds belongs there."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from warehouse.cli import application
from warehouse.docs.generated import MARTS_PAGE, SETTINGS_PAGE
from warehouse.settings import PROJECT_ROOT, Settings

from .breaches import Breach, report

# Binary and generated files, by the end of their names; data of tests are text.
UNWANTED = re.compile(
    r"\.(pyc|so|jar|class|zip|whl|gz|tar|parquet|png|jpg|pdf|ipynb|db|sqlite|log|pid|swp|orig|rej)$"
    r"|(^|/)(\.DS_Store|\.env|\.idea|\.vscode|__pycache__|target|logs|node_modules)(/|$)"
)
# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w.}/])/(" + "|".join(["home", "root", "Users", "work"]) + r")/\w")
REGISTRY = re.compile(
    r"\b(" + "|".join(["pypi", "pythonhosted", r"repo1?\.maven", "sonatype"]) + r")\.\w", re.I
)
# A table with its schema; `docs/reference/marts.md` is a file.
TABLE = re.compile(r"(?<![\w/])(staging|intermediate|marts|quality)\.(\w+)")
# What the examples of CONTRIBUTING.md and of the guides put there.
MADE_BY_EXAMPLES = re.compile(
    r"^(models/staging/corner_shop|stg_corner_shop__\w+)$|\bagg_entry_pages_daily\b"
)
GUIDES = "docs/guides"
LARGEST_FILE = 400_000  # the lock file, with Airflow's packages
# Words that only this project used, and what to say instead; docs/reference/glossary.md has ours.
WORDS = {
    r"absorb(s|ed|ing)?|absorption": '"consume" a snapshot, "process" a date',
    r"anew": '"again" or "rebuilt"',
    r"as (it|they) came": '"verbatim"',
    r"dice": '"random numbers"',
    r"followers?": '"consumers"',
    r"held in the hand": '"handheld"',
    r"last words": '"log tail"',
    r"lived through|living through": '"simulated"',
    r"mend(s|ed|ing)?": '"repair"',
    r"namesakes?": '"name conflict"',
    r"news": '"new files" or "new lines"',
    r"obstacles?": '"preflight checks"',
    r"patience": '"timeout"',
    r"reach of|declared reach": '"lookback" or "lookahead"',
    r"strays?": '"orphan processes"',
    r"takes? (its |their |a )?turns?": '"exclusive run"',
    r"tells|told": '"says", "shows", "reports" or "measures"',
    r"touched (dates?|files?|partitions?|values?)": '"changed"',
    r"wavering": '"at-risk"',
    r"whoever": '"who"',
}
WORD = re.compile(rf"\b({'|'.join(WORDS)})\b", re.IGNORECASE)
MOST_TERMS = 30


def git_files() -> list[Path]:
    """The files that git holds or would take."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(filter(None, listed.stdout.split("\0"))))
    return [Path(name) for name in names if (PROJECT_ROOT / name).is_file()]


FILES = git_files()
MARKDOWN = [path for path in FILES if path.suffix == ".md" and path.parts[0] != "models"]


def code(path: Path) -> list[str]:
    """Everything that stands as code in a Markdown file: spans, and lines of blocks."""
    text = (PROJECT_ROOT / path).read_text()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    spans = [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", rest)]
    return [
        *spans,
        *(line.split(" #")[0].strip() for block in blocks for line in block.split("\n")),
    ]


def is_placeholder(text: str) -> bool:
    return any(mark in text for mark in "<>…*{}") or "PATH/" in text or "YYYY" in text


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """What people read in a file, by line: Markdown, YAML, comments and docstrings."""
    text = (PROJECT_ROOT / path).read_text()
    if path.suffix == ".md":
        text = re.sub(
            r"^```.*?^```", lambda block: "\n" * block[0].count("\n"), text, flags=re.M | re.S
        )
    if path.suffix in (".md", ".yml"):
        yield from enumerate(text.split("\n"), start=1)
    elif path.suffix == ".sql":
        for comment in re.finditer(r"--[^\n]*|\{#.*?#\}", text, re.DOTALL):
            first = text.count("\n", 0, comment.start()) + 1
            yield from enumerate(comment[0].split("\n"), start=first)
    elif path.suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, documented) and ast.get_docstring(node, clean=False):
                yield from enumerate(node.body[0].value.value.split("\n"), node.body[0].lineno)


def test_words_are_those_of_the_field() -> None:
    breaches = []
    for path in FILES:
        if path.parts[:2] == ("tests", "data"):
            continue
        for number, line in prose(path):
            for match in WORD.finditer(re.sub(r"`[^`]*`", "", line)):
                found = match[0]
                instead = next(
                    say for word, say in WORDS.items() if re.fullmatch(word, found, re.IGNORECASE)
                )
                breaches.append(Breach(f"{path}:{number}", f'says "{found}"', f"say {instead}"))
    report(breaches)


def test_the_glossary_is_short() -> None:
    glossary = "docs/reference/glossary.md"
    rows = re.findall(r"^\| (?!Term |---)", (PROJECT_ROOT / glossary).read_text(), re.MULTILINE)
    if len(rows) > MOST_TERMS:
        what = f"has {len(rows)} terms, of {MOST_TERMS} at most"
        report([Breach(glossary, what, "leave out what the field's own books define")])


@pytest.fixture(scope="module")
def known_names(manifest: dict[str, Any]) -> set[str]:
    """Names of models, macros, source tables and columns."""
    nodes = [*manifest["nodes"].values(), *manifest["sources"].values()]
    return (
        {node["name"] for node in nodes}
        | {macro["name"] for macro in manifest["macros"].values()}
        | {column for node in nodes for column in node.get("columns", {})}
    )


def test_there_is_markdown_to_check() -> None:
    expected = {
        *("README.md", "ARCHITECTURE.md", "CONVENTIONS.md", "CHANGELOG.md"),
        *("CONTRIBUTING.md", "docs/README.md", str(MARTS_PAGE), str(SETTINGS_PAGE)),
        *(f"{GUIDES}/{page}.md" for page in ("operate", "add-a-shop", "simulate-a-shop")),
        *(f"{GUIDES}/{page}.md" for page in ("land-data", "existing-cluster", "your-own-airflow")),
        *(f"docs/concepts/{page}.md" for page in ("raw-zone", "incremental-builds", "sessions")),
        *(f"docs/concepts/{page}.md" for page in ("publication", "proof")),
        *(f"docs/reference/{page}.md" for page in ("troubleshooting", "glossary", "star_schema")),
        *("docs/decisions/README.md", "benchmarks/RESULTS.md"),
    }
    report(
        Breach(name, "is not held by git", "add it")
        for name in expected - {str(path) for path in MARKDOWN}
    )


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_paths_exist(path: Path) -> None:
    top = {entry.parts[0] for entry in FILES}
    missing = []
    for text in code(path):
        for word in re.findall(r"[\w.][\w./=-]*", text):
            is_path = "/" in word and word.split("/")[0] in top
            is_file = re.fullmatch(r"[\w-]+\.(py|md|sh|toml|in)", word) and word == text
            if (is_path or is_file) and not is_placeholder(text):
                found = PROJECT_ROOT / word.rstrip("/.")
                if not found.exists() and not MADE_BY_EXAMPLES.search(word):
                    missing.append(word)
    report(
        Breach(path, f"names {name}, which does not exist", "name what exists") for name in missing
    )


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_make_targets_exist(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT_ROOT / "Makefile").read_text(), re.MULTILINE))
    report(
        Breach(path, f"says `{text}`, and there is no target {word}", "see `make help`")
        for text in code(path)
        if text.startswith("make ")
        for word in text.split()[1:]
        if "=" not in word and word not in targets
    )


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_commands_and_their_options_exist(path: Path) -> None:
    commands = get_command(application).commands
    breaches = []
    for text in code(path):
        words = text.split()
        if words[:1] != ["warehouse"] or len(words) == 1 or words[1].startswith("-"):
            continue
        if words[1] not in commands:
            what = f"says `{text}`, and there is no command {words[1]}"
            breaches.append(Breach(path, what, "see `warehouse --help`"))
            continue
        command = commands[words[1]]
        # A group of commands: the next word is one of them.
        command = getattr(command, "commands", {}).get(words[2] if words[2:] else "", command)
        options = {name for option in command.params for name in option.opts}
        used = {word.split("=")[0] for word in words[2:] if re.match(r"--?[a-z]", word)}
        breaches += [
            Breach(
                path,
                f"says `{text}`, and there is no option {option}",
                f"see `warehouse {words[1]} --help`",
            )
            for option in used - options
        ]
    report(breaches)


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_models_exist(path: Path, known_names: set[str]) -> None:
    unknown = []
    for text in code(path):
        if is_placeholder(text):
            continue
        unknown += [
            (text, name)
            for name in re.findall(r"\b(?:(?:stg|int|fct|dim|agg)_\w+)", text)
            if name not in known_names and not MADE_BY_EXAMPLES.search(name)
        ]
        unknown += [
            (text, f"{schema}.{name}")
            for schema, name in TABLE.findall(text)
            if name not in known_names
        ]
    report(
        Breach(path, f"says `{text}`, and there is no {name}", "name a model, macro or column")
        for text, name in unknown
    )


@pytest.mark.parametrize("path", MARKDOWN, ids=str)
def test_settings_exist(path: Path) -> None:
    variables = {f"WAREHOUSE_{field.upper()}" for field in Settings.model_fields}
    # What is said to a single run of dbt is no setting.
    for macro in (PROJECT_ROOT / "macros").rglob("*.sql"):
        variables |= set(re.findall(r"'(WAREHOUSE_[A-Z_]+)'", macro.read_text()))
    named = re.findall(r"\bWAREHOUSE_[A-Z_]+\b", (PROJECT_ROOT / path).read_text())
    report(
        Breach(path, f"names {name}, which is no setting", "see .env.example")
        for name in set(named) - variables
    )


def test_every_mart_setting_and_command_is_named(models: list[dict[str, Any]]) -> None:
    """The marts and settings in pages of their own, the commands in the guides."""
    marts, settings = ((PROJECT_ROOT / page).read_text() for page in (MARTS_PAGE, SETTINGS_PAGE))
    pages = [PROJECT_ROOT / "CONTRIBUTING.md", *(PROJECT_ROOT / GUIDES).glob("*.md")]
    guides = "\n".join(page.read_text() for page in pages)
    breaches = []
    for model in models:
        row = f"| `{model['name']}` |"
        is_shown = not model["config"]["meta"].get("supporting")
        if model["fqn"][1] in ("marts", "quality") and is_shown and row not in marts:
            what = f"does not name the mart {model['name']}"
            breaches.append(Breach(MARTS_PAGE, what, "make docs"))
    for field in Settings.model_fields:
        setting = f"WAREHOUSE_{field.upper()}"
        if field != "java_home" and f"`{setting}`" not in settings:
            what = f"does not name the setting {setting}"
            breaches.append(Breach(SETTINGS_PAGE, what, "make docs"))
    for command in get_command(application).commands:
        if f"warehouse {command}" not in guides and f"make {command}" not in guides:
            what = f"do not name the command {command}"
            breaches.append(Breach(GUIDES, what, f"say what `warehouse {command}` does"))
    report(breaches)


def test_git_holds_no_generated_or_binary_file() -> None:
    breaches = []
    for path in FILES:
        content = (PROJECT_ROOT / path).read_bytes()
        if UNWANTED.search(path.as_posix()) or b"\0" in content:
            breaches.append(Breach(path, "is generated or binary", "add it to .gitignore"))
        elif len(content) > LARGEST_FILE:
            what = f"has {len(content)} bytes, of {LARGEST_FILE} at most"
            breaches.append(Breach(path, what, "leave it out, or make it smaller"))
    report(breaches)


def test_no_machine_path_and_no_registry() -> None:
    fix = "leave out paths of a machine and addresses of registries"
    report(
        Breach(f"{path}:{number}", f"says {line.strip()[:100]}", fix)
        for path in FILES
        for number, line in enumerate(
            (PROJECT_ROOT / path).read_text(errors="replace").split("\n"), start=1
        )
        if MACHINE_PATH.search(line) or REGISTRY.search(line)
    )
