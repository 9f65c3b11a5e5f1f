"""Faults in the SQL of models, each of which the model's own unit tests must notice.

Thirty are drawn, others for each commit; some that were drawn before come back with
`pytest tests/end_to_end/proof_mutations.py --mutations SEED`.
"""

import json
import shutil
from pathlib import Path

import pytest

from warehouse.settings import PROJECT_ROOT

from ..proofs import version_of_the_code
from .conftest import Run
from .mutations import draw

COUNT = 30
# Its unit tests replace the comparisons; a fault in one shows as a difference from the ledger.
SHOWN_BY_THE_LEDGER = "ledger_reconciliation"
DBT_FILES = (
    "models",
    "macros",
    "seeds",
    "tests/dbt",
    "analyses",
    "dbt_project.yml",
    "profiles.yml",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    seed = metafunc.config.getoption("--mutations")
    metafunc.parametrize("seed", [int(version_of_the_code()[:6], 16) if seed is None else seed])


def test_every_fault_is_noticed(seed: int, built: Path, dbt: Run, tmp_path: Path) -> None:
    for name in DBT_FILES:
        source, copy = PROJECT_ROOT / name, tmp_path / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    models = sorted((tmp_path / "models").rglob("*.sql"))
    unit_tested = [model for model in models if model.stem != SHOWN_BY_THE_LEDGER]
    faults = draw(seed, unit_tested, COUNT)
    described = {}
    for fault in faults:
        text = fault.model.read_text()
        described[fault.model.stem] = fault.described(text)
        fault.model.write_text(fault.apply_to(text))
    target = tmp_path / "target"
    dbt(
        *("test", "--select", "test_type:unit"),
        check=False,
        checkout=tmp_path,
        DBT_TARGET_PATH=str(target),
        DBT_PROFILES_DIR=str(tmp_path),
    )
    results = json.loads((target / "run_results.json").read_text())["results"]
    noticed, sound = set(), set()
    for result in results:
        kind, _, model, *_ = result["unique_id"].split(".")
        if kind == "unit_test":
            (sound if result["status"] == "pass" else noticed).add(model)
    # What has no fault passes: it was not the server that failed.
    assert noticed <= set(described), noticed - set(described)
    assert sound
    survivors = [line for model, line in described.items() if model not in noticed]
    assert not survivors, "\n".join(["no unit test noticed", *survivors])
