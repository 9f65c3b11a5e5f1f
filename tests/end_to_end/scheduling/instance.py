"""The Airflow of the tests: started, stopped and asked through its REST API."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from warehouse import lifecycle
from warehouse.services.airflow import configuration as airflow_environment
from warehouse.services.airflow.api import rest
from warehouse.settings import Settings


@dataclass(frozen=True)
class Airflow:
    """The Airflow that stands on the cluster of the tests.

    Attributes:
        environment: of each of its processes.
    """

    settings: Settings
    environment: dict[str, str]

    def rest(self, method: str, path: str, body: Any = None) -> Any:
        """Ask its REST API as its user, for example `GET /api/v2/dags`."""
        return rest(self.settings, method, path, body)

    def start(self) -> None:
        """Start it where it does not run; what was stopped is taken up again."""
        with paused_at_creation():
            lifecycle.airflow_up(self.settings)

    def stop(self) -> None:
        lifecycle.airflow_down(self.settings)


@contextmanager
def paused_at_creation() -> Iterator[None]:
    """Airflow's environment as the tests want it; only for the moment, as others ask for it too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(airflow_environment, "PAUSED_AT_CREATION", True)
        yield
