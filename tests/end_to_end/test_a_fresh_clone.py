"""The README's first command in a fresh clone, with nothing set up."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from .clones import Clone, cloned


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    with cloned(tmp_path_factory.mktemp("clone")) as clone:
        yield clone


def test_make_alone_lists_the_targets(clone: Clone) -> None:
    answer = clone.make(timeout=10)
    assert answer.returncode == 0
    lines = dict(re.findall(r"^  make (\w+) +(.+)$", answer.stdout, re.MULTILINE))
    assert {"demo", "test", "lint", "up", "down", "clean"} <= set(lines)


def test_an_unsupported_python_is_refused_in_one_line(clone: Clone, tmp_path: Path) -> None:
    old = tmp_path / "python3.8"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.1"\nexit 1\n')
    old.chmod(0o755)
    answer = clone.make("install", f"PYTHON={old}", timeout=30)
    assert answer.returncode != 0
    [line] = [line for line in answer.stderr.splitlines() if line.startswith("Error")]
    assert "3.11" in line and "Python 3.8.1" in line


def test_make_demo(clone: Clone) -> None:
    answer = clone.make("demo", timeout=1800)
    assert answer.returncode == 0, answer.stdout[-5000:] + answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    clone.assert_demo_is_whole(answer.stdout)


def test_an_upgrade_is_installed_from_the_activated_environment(clone: Clone) -> None:
    own = clone.folder / ".venv"
    path = f"{own / 'bin'}{os.pathsep}{clone.environment['PATH']}"
    (clone.folder / "requirements.txt").touch()
    activated = replace(
        clone, environment=clone.environment | {"VIRTUAL_ENV": str(own), "PATH": path}
    )
    answer = activated.make("install", timeout=300)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Set up in" in answer.stdout
