"""The dbt project as dbt itself understands it; needs no server."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from warehouse.services.machine.lock import locked
from warehouse.settings import PROJECT_ROOT

PACKAGE = "ecommerce_warehouse"
PROGRAM = Path(__file__).with_name("parse_project.py")
# Kept from run to run: dbt parses only what changed, and is not asked again when nothing did.
WORKING_FOLDER = PROJECT_ROOT / "target" / "check"
ANSWERS = ("manifest.json", "hourly_tests.json")
# What dbt's answers depend on.
READ_BY_DBT = (
    *("models", "macros", "seeds", "analyses", "tests/dbt"),
    *("dbt_project.yml", "profiles.yml", "requirements.txt"),
    PROGRAM.relative_to(PROJECT_ROOT).as_posix(),
)


def fingerprint() -> str:
    """Another text whenever dbt might answer otherwise."""
    digest = hashlib.sha256()
    for name in READ_BY_DBT:
        path = PROJECT_ROOT / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(f"{file} {file.stat().st_size}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def ask_dbt() -> subprocess.CompletedProcess[str]:
    """Without the settings of this shell, which would make dbt parse everything again."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DBT_", "WAREHOUSE_"))
    }
    return subprocess.run(
        # -P: dbt would take this module, which is beside the program, for a plugin.
        [sys.executable, "-P", PROGRAM, WORKING_FOLDER],
        cwd=PROJECT_ROOT,
        env={
            **environment,
            "WAREHOUSE_TARGET": "embedded",
            "DBT_PROFILES_DIR": str(PROJECT_ROOT),
        },
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
        check=False,
    )


class DbtProject:
    """What dbt answers, the same for all processes of a pytest run: the first one asks.

    Attributes:
        answers: the folder of the answers, named `target` as dbt's own.
    """

    def __init__(self, folder: Path) -> None:
        self.answers = folder / "target"
        self._refusal = self.answers / "refusal.txt"
        with locked(WORKING_FOLDER / "lock"):
            if not self.answers.exists():
                self._fill()

    def _fill(self) -> None:
        """By dbt, unless it was asked the same before."""
        asked_last = WORKING_FOLDER / "fingerprint"
        asked_now = fingerprint()
        self.answers.mkdir(parents=True)
        if not asked_last.exists() or asked_last.read_text() != asked_now:
            asked_last.unlink(missing_ok=True)
            answer = ask_dbt()
            if answer.returncode != 0:
                self._refusal.write_text((answer.stdout + answer.stderr).strip())
                return
            asked_last.write_text(asked_now)
        for name in ANSWERS:
            shutil.copy(WORKING_FOLDER / name, self.answers)

    def assert_parsed(self) -> None:
        """Fail the first test that needs dbt with dbt's own message, and skip the others."""
        if not self._refusal.exists():
            return
        try:
            (self.answers / "reported").touch(exist_ok=False)
        except FileExistsError:
            pytest.skip("dbt cannot parse the project, and has said so above")
        text = f"dbt cannot parse the project.\n{self._refusal.read_text()}"
        pytest.fail(text, pytrace=False)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The dbt manifest; without any content if dbt cannot parse the project."""
        if self._refusal.exists():
            return defaultdict(dict)
        return json.loads((self.answers / "manifest.json").read_text())

    @cached_property
    def hourly_tests(self) -> list[str]:
        """The unique ids of the data tests that an hourly run selects."""
        return json.loads((self.answers / "hourly_tests.json").read_text())
