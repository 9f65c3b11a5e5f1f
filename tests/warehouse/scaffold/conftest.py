"""dbt's answers, shared with the conventions."""

from ...conventions.conftest import manifest, models, project, pytest_runtest_call

__all__ = ["manifest", "models", "project", "pytest_runtest_call"]
