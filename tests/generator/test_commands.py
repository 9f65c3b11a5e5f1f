"""The command `warehouse generate`."""

import subprocess
import sys
from pathlib import Path

import pytest

WAREHOUSE = Path(sys.executable).with_name("warehouse")


def generate(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [WAREHOUSE, "generate", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_files_and_next_command(tmp_path):
    done = generate(tmp_path / "logs", "--days", 2, "--events", 1_000, "--users", 50)
    assert done.returncode == 0, done.stderr
    assert "1,000 events" in done.stdout
    assert f"warehouse land shop {tmp_path / 'logs'}" in done.stdout
    assert len(list((tmp_path / "logs").glob("landed_date=*/*.csv"))) == 8


@pytest.mark.parametrize(
    ("option", "value", "hint"),
    [("--days", "0", "1 to 366"), ("--start-date", "2024-13-01", "2024-03-01")],
)
def test_wrong_arguments_are_one_line(option, value, hint, tmp_path):
    done = generate(tmp_path / "logs", option, value)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"{option} {value}" in done.stderr
    assert hint in done.stderr
    assert not (tmp_path / "logs").exists()
