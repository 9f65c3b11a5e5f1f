"""What the scaffold writes breaks no rule but that of its TODOs; the page's example breaks none."""

import json
import re
import shutil
from pathlib import Path

import pytest
import yaml

from warehouse.services.machine.lock import locked
from warehouse.settings import PROJECT_ROOT

from ...conventions.dbt_project import WORKING_FOLDER, DbtProject
from ...worked_example import (
    command_of_worked_example,
    complete_worked_example,
    copy_checkout,
    run_module,
    scaffold_worked_example,
)

# Those that a mart can break; the others are of Python and of settings.
RULES = (
    "test_columns.py",
    "test_dbt_bouncer.py",
    "test_dbt_tests.py",
    "test_documentation.py",
    "test_models.py",
    "test_oracle_twins.py",
    "test_change_tracking.py::test_what_the_query_reads_is_tracked",
    "test_todos.py",
)
COLUMNS = """
import json, sys
from tests.oracle.database import compute
print(json.dumps([name for name, *_ in compute([]).execute(f"describe {sys.argv[1]}").fetchall()]))
"""


@pytest.fixture(scope="module")
def checkout(project: DbtProject, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy, with what spares dbt a full parse."""
    folder = tmp_path_factory.mktemp("checkout")
    copy_checkout(PROJECT_ROOT, folder)
    with locked(WORKING_FOLDER / "lock"):
        shutil.copytree(WORKING_FOLDER, folder / WORKING_FOLDER.relative_to(PROJECT_ROOT))
    return folder


def breaches(checkout: Path) -> list[str]:
    """A line for each broken rule; what fails without such a line is a line too."""
    rules = [f"tests/conventions/{rule}" for rule in RULES]
    folder = f"--basetemp={checkout / 'target' / 'pytest'}"
    answer = run_module(checkout, "pytest", "-q", "-p", "no:cacheprovider", folder, *rules)
    lines = answer.stdout.splitlines()
    told = [line for line in lines if " Fix: " in line and not line.startswith("FAILED ")]
    if not told and answer.returncode:
        pytest.fail(answer.stdout + answer.stderr, pytrace=False)
    # `Failed:` is how pytest sums up such lines.
    failed = [line for line in lines if re.match(r"(FAILED|ERROR) ", line)]
    return told + [line for line in failed if " - Failed: " not in line]


def test_the_worked_example(checkout: Path) -> None:
    _, _, name, *_ = command_of_worked_example(checkout)
    if list(checkout.glob(f"models/marts/*/{name}.sql")):
        pytest.skip("somebody works through the example in this checkout")
    scaffold_worked_example(checkout)
    found = breaches(checkout)
    assert [line for line in found if ": TODO is left: " not in line] == []
    files = {line.partition(":")[0] for line in found}
    model = f"models/marts/daily/{name}"
    assert files == {
        *(f"{model}.sql", f"{model}.yml", f"analyses/{name}.sql", "tests/oracle/daily.sql")
    }

    complete_worked_example(checkout)
    assert breaches(checkout) == []
    [declared] = yaml.safe_load((checkout / f"{model}.yml").read_text())["models"]
    program = checkout / "columns.py"
    program.write_text(COLUMNS)
    answer = run_module(checkout, "columns", name)
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == [column["name"] for column in declared["columns"]]
