"""dbt's answers, asked once for all rules."""

import os
from typing import Any

import pytest

from .dbt_project import DbtProject


@pytest.fixture(scope="session")
def asked_project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    folder = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have folders of their own in one that they share.
    return DbtProject((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "dbt")


@pytest.fixture
def project(asked_project: DbtProject) -> DbtProject:
    """The dbt project, if dbt can parse it."""
    asked_project.assert_parsed()
    return asked_project


@pytest.fixture
def manifest(project: DbtProject) -> dict[str, Any]:
    """dbt's manifest of the project."""
    return project.manifest


@pytest.fixture
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Every model of the project, by name."""
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted(found, key=lambda model: model["name"])
