"""The dbt project as dbt itself understands it; needs no server."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from warehouse.settings import PROJECT_ROOT


def run_dbt(folder: Path, *arguments: str) -> str:
    """What dbt prints; it keeps its files in the folder."""
    answer = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--no-use-colors", *arguments],
        cwd=PROJECT_ROOT,
        env={
            **os.environ,
            "WAREHOUSE_TARGET": "embedded",
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder),
            "DBT_PROFILES_DIR": str(PROJECT_ROOT),
        },
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


@pytest.fixture(scope="session")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with dbt's `target` folder of the parsed project."""
    folder = tmp_path_factory.mktemp("dbt_parse")
    run_dbt(folder, "parse")
    return folder


@pytest.fixture(scope="session")
def manifest(parsed: Path) -> dict[str, Any]:
    """dbt's manifest of the project."""
    return json.loads((parsed / "target" / "manifest.json").read_text())


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Every model of the project, by name."""
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted(found, key=lambda model: model["name"])
