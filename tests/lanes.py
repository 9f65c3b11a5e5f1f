"""What `make check` and `make test` run, step by step, and how long each step took.

`make check` is for the minutes between two edits: it needs no cluster, and reads the SQL of changed
files only. `make test` reads all files, and then tests the product on clusters of its own.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
SQL_FOLDERS = ("models", "analyses", "macros", "tests/dbt", "examples")
# What changes how every file is read.
SQL_STYLE = {".sqlfluff", ".sqlfluffignore", "requirements.txt"}


@dataclass(frozen=True)
class Step:
    """One thing that is checked.

    Attributes:
        commands: run side by side; all must succeed.
    """

    name: str
    commands: list[list[str]]


def program(name: str, *arguments: str) -> list[str]:
    """A program of the environment."""
    return [str(BIN / name), *arguments]


def run_side_by_side(commands: list[list[str]]) -> list[int]:
    """Run programs to their ends; gives their exit codes.

    Ctrl-C reaches them too, and pytest then stops its clusters: that is waited for, not cut short.
    """
    running = [subprocess.Popen(command, cwd=ROOT) for command in commands]
    try:
        return [process.wait() for process in running]
    except KeyboardInterrupt:
        for process in running:
            process.wait()
        raise


def git_lines(*arguments: str) -> list[str]:
    """What git answers, line by line; nothing where it refuses."""
    answer = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.splitlines() if answer.returncode == 0 else []


def changed_files() -> set[str]:
    """The files that differ from what was pushed, and those that git does not know yet."""
    [base] = git_lines("merge-base", "HEAD", "@{upstream}") or ["HEAD"]
    return {
        *git_lines("diff", "--name-only", "--diff-filter=d", base),
        *git_lines("ls-files", "--others", "--exclude-standard"),
    }


def sql_to_read(is_all: bool) -> list[str]:
    """The files and folders whose SQL style is checked."""
    changed = changed_files()
    if is_all or changed & SQL_STYLE:
        return list(SQL_FOLDERS)
    return sorted(
        name
        for name in changed
        if name.endswith(".sql") and name.startswith(tuple(f"{top}/" for top in SQL_FOLDERS))
    )


def checks(is_all: bool) -> Iterator[Step]:
    """What needs no cluster."""
    yield Step(
        "Python style", [program("ruff", "check", "."), program("ruff", "format", "--check", ".")]
    )
    sql = sql_to_read(is_all)
    fluff = program("sqlfluff", "lint", "--disable-progress-bar", "--processes", "0", *sql)
    # A type checker uses one core only.
    yield Step(
        f"types, and SQL style of {'all' if is_all else len(sql)} files",
        [program("mypy"), *([fluff] if sql else [])],
    )
    without_cluster = ["tests", "--ignore", "tests/end_to_end"]
    yield Step(
        "conventions, and tests without a cluster",
        [program("pytest", "-n", "2", "-q", *without_cluster)],
    )


def end_to_end() -> Step:
    """What shows that the product works."""
    return Step("end to end", [program("pytest", "-n", "2", "tests/end_to_end")])


class Lane:
    """Steps that are run one after the other, with their times."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._results: list[tuple[str, float, bool]] = []

    @property
    def is_passed(self) -> bool:
        """Whether every step has succeeded so far."""
        return all(passed for *_, passed in self._results)

    def run(self, step: Step) -> None:
        """Run a step to its end, whatever that is."""
        self._console.rule(f"[bold]{step.name}", align="left")
        began = time.monotonic()
        passed = not any(run_side_by_side(step.commands))
        self._results.append((step.name, time.monotonic() - began, passed))

    def print_table(self) -> None:
        """The minutes of each step."""
        table = Table("part", "minutes", "result")
        for name, seconds, passed in self._results:
            table.add_row(name, f"{seconds / 60:.1f}", "passed" if passed else "[red]failed")
        table.add_section()
        total = sum(seconds for _, seconds, _ in self._results)
        table.add_row("all", f"{total / 60:.1f}", "passed" if self.is_passed else "[red]failed")
        self._console.print(table)


def main() -> int:
    """Run a lane; the checks are all run, the rest only where they pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lane", choices=["check", "test"])
    given = parser.parse_args()
    is_test = given.lane == "test"
    lane = Lane()
    try:
        for step in checks(is_all=is_test):
            lane.run(step)
        if is_test and lane.is_passed:
            lane.run(end_to_end())
    except KeyboardInterrupt:
        return 130
    lane.print_table()
    return 0 if lane.is_passed else 1


if __name__ == "__main__":
    sys.exit(main())
