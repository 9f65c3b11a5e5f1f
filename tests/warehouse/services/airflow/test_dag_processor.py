"""Which callbacks the DAG processor loads a DAG for."""

import pytest
from airflow.callbacks.callback_requests import DagCallbackRequest, TaskCallbackRequest
from airflow.cli.commands import dag_processor_command

from warehouse.services.airflow.dag_processor import (
    FailureCallbacksOnly,
    is_called,
    leave_out_needless_callbacks,
)


@pytest.mark.parametrize(
    ("state", "expected"), [("success", False), ("failed", True), ("up_for_retry", True)]
)
def test_of_a_task_only_failures_are_told(state: str, expected: bool) -> None:
    assert is_called(TaskCallbackRequest.model_construct(task_callback_type=state)) is expected


def test_what_is_asked_for_a_run_is_always_called() -> None:
    assert is_called(DagCallbackRequest.model_construct(is_failure_callback=True))


def test_the_command_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "DagFileProcessorManager"
    monkeypatch.setattr(dag_processor_command, name, getattr(dag_processor_command, name))
    leave_out_needless_callbacks()
    assert dag_processor_command.DagFileProcessorManager is FailureCallbacksOnly
