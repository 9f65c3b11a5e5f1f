"""The long proofs: what each has passed, at which version of the code.

A part is a file `tests/end_to_end/**/proof_<part>.py`. `make proofs` runs all of them, `make proofs
PART=sequences` one; what the same version of the code has passed already is left out. The table at
the end shows every part with what it passed last.
"""

import argparse
import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePath

import pytest
from rich.console import Console
from rich.table import Table

from .lanes import ROOT, run_side_by_side

FOLDER = ROOT / "tests" / "end_to_end"
# Beside the data of the warehouse: `make clean` removes both.
RECORD = ROOT / ".warehouse" / "proofs.json"
PREFIX = "proof_"


def parts() -> dict[str, Path]:
    """The file of each part, by its name."""
    return {path.stem.removeprefix(PREFIX): path for path in sorted(FOLDER.rglob(f"{PREFIX}*.py"))}


def is_proof(path: PurePath) -> bool:
    """Whether a file holds a part of the long proofs."""
    return path.name.startswith(PREFIX)


@cache
def version_of_the_code() -> str:
    """The commit; with what is changed since, `commit+hash` of it."""

    def git(*arguments: str) -> bytes:
        program = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(program, capture_output=True, check=True).stdout

    commit = git("rev-parse", "--short=10", "HEAD").decode().strip()
    changed = git("diff", "HEAD")
    for name in filter(None, git("ls-files", "--others", "--exclude-standard", "-z").split(b"\0")):
        changed += name + (ROOT / name.decode()).read_bytes()
    return f"{commit}+{hashlib.md5(changed).hexdigest()[:6]}" if changed else commit


def read_record() -> dict[str, dict[str, dict[str, str | float]]]:
    """What is recorded: for each part, for each test its `outcome`, `version`, `seconds`, `at`."""
    return json.loads(RECORD.read_text()) if RECORD.exists() else {}


def part_of(nodeid: str) -> str | None:
    """The part that a test belongs to, if any."""
    path = PurePath(nodeid.split("::")[0])
    return path.stem.removeprefix(PREFIX) if is_proof(path) else None


def skip_what_is_proven(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `--resume`, take out the tests that this version of the code has passed."""
    if not config.getoption("--resume"):
        return
    passed = {
        nodeid
        for tests in read_record().values()
        for nodeid, entry in tests.items()
        if entry["outcome"] == "passed" and entry["version"] == version_of_the_code()
    }
    proven = [item for item in items if item.nodeid in passed]
    if proven:
        config.hook.pytest_deselected(items=proven)
        items[:] = [item for item in items if item.nodeid not in passed]


class Recorded:
    """A plugin of pytest that records the outcome of each proof as soon as it is known."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._outcomes: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        part = part_of(report.nodeid)
        if part is None:
            return
        spent = self._seconds.get(report.nodeid, 0) + report.duration
        self._seconds[report.nodeid] = spent
        if report.outcome != "passed" or report.nodeid not in self._outcomes:
            self._outcomes[report.nodeid] = report.outcome
        if report.when != "teardown":
            return
        record = read_record()
        record.setdefault(part, {})[report.nodeid] = {
            "outcome": self._outcomes[report.nodeid],
            "version": version_of_the_code(),
            "seconds": round(spent, 1),
            "at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        }
        RECORD.parent.mkdir(exist_ok=True)
        draft = RECORD.with_suffix(".draft")
        draft.write_text(json.dumps(record, indent=1))
        draft.rename(RECORD)


def rows() -> Iterator[tuple[str, ...]]:
    """For each part, and each version of the code its tests ended with last, what they did."""
    record = read_record()
    for part in parts():
        tests = record.get(part, {})
        if not tests:
            yield part, "not run", "", "", ""
        for version in sorted({str(entry["version"]) for entry in tests.values()}):
            of_it = [entry for entry in tests.values() if entry["version"] == version]
            outcomes = Counter(str(entry["outcome"]) for entry in of_it)
            minutes = sum(float(entry["seconds"]) for entry in of_it) / 60
            yield (
                part,
                ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items())),
                f"{minutes:.1f}",
                version,
                max(str(entry["at"]) for entry in of_it),
            )


def print_table() -> None:
    """Every part, and what it passed at which version of the code."""
    table = Table("part", "tests", "minutes", "version of the code", "ended (UTC)")
    for row in rows():
        table.add_row(*row)
    console = Console()
    console.print(table)
    console.print(f"The code is at {version_of_the_code()}.", highlight=False)


def main() -> int:
    """Run parts one after the other; print the table whatever happens."""
    parser = argparse.ArgumentParser(prog="make proofs", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of: {', '.join(parts())}")
    parser.add_argument("--sequences", metavar="FIRST-LAST", help="which sequences are drawn")
    given = parser.parse_args()
    unknown = set(given.parts) - set(parts())
    if unknown:
        parts_known = ", ".join(parts())
        print(f"Error: There is no proof {', '.join(sorted(unknown))}. Fix: one of {parts_known}.")
        return 2
    files = [str(parts()[part].relative_to(ROOT)) for part in given.parts or parts()]
    options = ["--sequences", given.sequences] if given.sequences else []
    pytest_program = [sys.executable, "-m", "pytest", "-n", "2", "--resume", *options]
    try:
        [code] = run_side_by_side([[*pytest_program, *files]])
    except KeyboardInterrupt:
        code = 130
    print_table()
    # Nothing was left to run: all of it is proven.
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else int(code)


if __name__ == "__main__":
    sys.exit(main())
