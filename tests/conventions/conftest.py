"""dbt's answers, asked once for all rules."""

import os
from typing import Any

import pytest

from .dbt_project import DbtProject


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The dbt project."""
    folder = tmp_path_factory.getbasetemp()
    # Processes of pytest-xdist have folders of their own in one that they share.
    return DbtProject((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "dbt")


@pytest.fixture(scope="session")
def manifest(project: DbtProject) -> dict[str, Any]:
    """The dbt manifest of the project."""
    return project.manifest


@pytest.fixture(scope="session")
def models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Every model of the project, by name."""
    found = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return sorted(found, key=lambda model: model["name"])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Function) -> None:
    """A test that needs dbt is not run if dbt cannot parse; here pytest counts those as one."""
    project = item.funcargs.get("project")
    if project is not None:
        project.assert_parsed()
