"""The project runs from a checkout; installed without one, every command says so in one line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.settings import PROJECT_ROOT, find_project_root


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages as a wheel puts them into a virtual environment, which lies in a checkout."""
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / "dbt_project.yml").touch()
    folder = checkout / ".venv" / "lib" / "site-packages"
    for package in ("generator", "orchestration", "warehouse"):
        shutil.copytree(PROJECT_ROOT / package, folder / package)
    return folder


def test_the_root_is_that_of_the_nearest_checkout(tmp_path: Path) -> None:
    module = tmp_path / "checkout" / "warehouse" / "settings.py"
    assert find_project_root(module) is None
    (tmp_path / "checkout" / "warehouse").mkdir(parents=True)
    (tmp_path / "checkout" / "dbt_project.yml").touch()
    assert find_project_root(module) == tmp_path / "checkout"
    assert (PROJECT_ROOT / "dbt_project.yml").is_file()


@pytest.mark.parametrize("arguments", [["--help"], ["status"], ["generate"], ["airflow", "up"]])
def test_installed_without_a_checkout_a_command_is_one_line(
    installed: Path, arguments: list[str]
) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "warehouse", *arguments],
        cwd=installed.parent,
        env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 1
    assert answer.stdout == ""
    [line] = answer.stderr.splitlines()
    assert line.startswith("Error: The warehouse runs from a checkout") and "Fix: clone" in line


def test_python_runs_the_package_as_the_command() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "warehouse", "airflow", "--help"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "look after the Airflow" in answer.stdout
