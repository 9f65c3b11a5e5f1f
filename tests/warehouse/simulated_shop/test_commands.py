"""The commands `warehouse generate` and `warehouse ledger`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

WAREHOUSE = Path(sys.executable).with_name("warehouse")
PLAN = "seed: 2\ndays: 3\nusers: 200\nproducts: 50\nevents_per_day: 1000\n"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [WAREHOUSE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def logs(tmp_path_factory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("generated")
    plan = folder / "small.yml"
    plan.write_text(PLAN)
    done = run("generate", folder / "logs", "--plan", plan, "--report")
    assert done.returncode == 0, done.stderr
    return folder / "logs", done.stdout


def test_files_report_and_next_commands(logs):
    folder, said = logs
    assert len(list(folder.glob("landed_date=*/*.csv"))) == 3 * 4
    assert (folder / "report.html").exists()
    assert f"warehouse land shop {folder}" in said
    assert "lines/s" in said
    assert not list(folder.rglob("*.partial"))


def test_ledger_shows_both_readings(logs):
    folder, _ = logs
    whole = run("ledger", folder)
    assert whole.returncode == 0, whole.stderr
    assert "2024-03-03" in whole.stdout and "net revenue" in whole.stdout
    assert "as landed" in whole.stdout
    first = run("ledger", folder, "--date", "2024-03-01")
    assert "As of 2024-03-01, 1 landed date" in first.stdout


def test_one_date_alone_equals_that_date_of_all(logs, tmp_path):
    folder, _ = logs
    plan = folder.parent / "small.yml"
    date = "2024-03-02"
    done = run("generate", tmp_path, "--plan", plan, "--first-date", date, "--last-date", date)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.glob("landed_date=*")] == [f"landed_date={date}"]
    for alone in (tmp_path / f"landed_date={date}").iterdir():
        assert alone.read_bytes() == (folder / alone.parent.name / alone.name).read_bytes()


def test_a_folder_of_another_plan_is_refused(logs, tmp_path):
    folder, _ = logs
    other = tmp_path / "other.yml"
    other.write_text(PLAN.replace("seed: 2", "seed: 3"))
    before = json.loads((folder / "generated.json").read_text())
    refused = run("generate", folder, "--plan", other)
    assert refused.returncode == 2
    assert "another plan" in refused.stderr
    assert json.loads((folder / "generated.json").read_text()) == before


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["generate", "FOLDER", "--plan", "absent.yml"], "demo"),
        (["generate", "FOLDER", "--first-date", "soon"], "2024-03-01"),
        (["generate", "FOLDER", "--last-date", "2030-01-01"], "2024-03-07"),
        (
            ["generate", "FOLDER", "--first-date", "2024-03-03", "--last-date", "2024-03-02"],
            "swap the two dates",
        ),
        (["ledger", "FOLDER"], "warehouse generate"),
    ],
)
def test_wrong_arguments_are_one_line(arguments, hint, tmp_path):
    done = run(*(str(tmp_path / "logs") if word == "FOLDER" else word for word in arguments))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert hint in done.stderr
    assert not (tmp_path / "logs").exists()
