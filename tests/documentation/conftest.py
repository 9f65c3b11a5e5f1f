"""dbt's answers, shared with the conventions."""

from ..conventions.conftest import asked_project, manifest, project

__all__ = ["asked_project", "manifest", "project"]
