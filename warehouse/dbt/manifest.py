"""The dbt manifest from which the DAGs are rendered."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from warehouse.dbt.paths import dbt_manifest_file, dbt_target
from warehouse.dbt.runner import run_dbt
from warehouse.errors import WarehouseError
from warehouse.settings import Settings

PROJECT_NAME = "ecommerce_warehouse"


def refresh_dbt_manifest(settings: Settings) -> Path:
    """Parse the project and keep its dbt manifest.

    Raises:
        WarehouseError: dbt cannot parse the project.
    """
    run_dbt(settings, ["parse", "--quiet"])
    return keep_dbt_manifest(settings)


def keep_dbt_manifest(settings: Settings) -> Path:
    """Keep the dbt manifest that the last dbt command wrote, in one step."""
    file = dbt_manifest_file(settings)
    made = dbt_target(settings) / "manifest.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp")
    draft.write_bytes(made.read_bytes())
    draft.replace(file)
    return file


def read_dbt_manifest(settings: Settings) -> dict[str, Any]:
    """The dbt manifest.

    Raises:
        WarehouseError: there is none yet.
    """
    file = dbt_manifest_file(settings)
    try:
        return _read(file, file.stat().st_mtime_ns)
    except OSError:
        raise WarehouseError(
            f"There is no dbt manifest {file} to render the DAGs from",
            "run `warehouse airflow parse`",
        ) from None


@cache
def _read(file: Path, changed_at: int) -> dict[str, Any]:
    dbt_manifest: dict[str, Any] = json.loads(file.read_text())
    return dbt_manifest
