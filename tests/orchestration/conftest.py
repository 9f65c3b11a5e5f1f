"""The DAGs as Airflow loads them, rendered from the project's manifest."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from warehouse.dbt.manifest import refresh_dbt_manifest
from warehouse.settings import PROJECT_ROOT, Settings

DAGS = PROJECT_ROOT / "orchestration" / "dags"
Load = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def scheduled(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings with the manifest of the project in their data folder."""
    settings = Settings(
        data_folder=tmp_path_factory.mktemp("orchestration"),
        schedule_from="2024-03-01",
        simulated_plan="daily",
        drop_folder={"rees46": Path("/drop/rees46")},
    )
    refresh_dbt_manifest(settings)
    return settings


@pytest.fixture(scope="session")
def manifest(scheduled: Settings) -> dict[str, Any]:
    """dbt's manifest, from which the DAGs are rendered."""
    return json.loads((scheduled.data_folder / "airflow" / "manifest.json").read_text())


@pytest.fixture(scope="session")
def load(scheduled: Settings, tmp_path_factory: pytest.TempPathFactory) -> Load:
    """Loads DAG files in a new process; environment variables can be given."""
    home = tmp_path_factory.mktemp("airflow_home")

    def run(*dag_ids: str, **variables: str) -> dict[str, Any]:
        environment = {
            **{name: value for name, value in os.environ.items() if "AIRFLOW" not in name},
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": str(PROJECT_ROOT),
            "WAREHOUSE_DATA_FOLDER": str(scheduled.data_folder),
            "WAREHOUSE_SCHEDULE_FROM": "2024-03-01",
            "WAREHOUSE_SIMULATED_PLAN": "daily",
            "WAREHOUSE_DROP_FOLDER__REES46": "/drop/rees46",
            **variables,
        }
        answer = subprocess.run(
            [
                sys.executable,
                Path(__file__).with_name("load_dag.py"),
                *(DAGS / f"{dag_id}.py" for dag_id in dag_ids),
            ],
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
            check=False,
        )
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return json.loads(answer.stdout.splitlines()[-1])

    return run


@pytest.fixture(scope="session")
def dag_ids() -> list[str]:
    """Every DAG, which is in a file of its name."""
    return [file.stem for file in sorted(DAGS.glob("warehouse_*.py"))]


@pytest.fixture(scope="session")
def loaded(load: Load, dag_ids: list[str]) -> dict[str, dict[str, Any]]:
    """Every DAG file, loaded once."""
    return load(*dag_ids)


@pytest.fixture(scope="session")
def loaded_again(load: Load, dag_ids: list[str]) -> dict[str, dict[str, Any]]:
    """The same in another process, the other way round, with other hashes of texts."""
    return load(*reversed(dag_ids), PYTHONHASHSEED="7")
