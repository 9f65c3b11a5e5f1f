"""Keeps the DAG processor from loading a DAG again whenever a task of a node has succeeded.

A trigger that ends its task makes Airflow ask the DAG processor for the task's callbacks, whether
there are any or not. That loads the DAG for it, and then knows none but those of failures.
"""

from airflow.callbacks.callback_requests import CallbackRequest, TaskCallbackRequest
from airflow.cli.commands import dag_processor_command as command
from airflow.dag_processing.manager import DagFileProcessorManager


class FailureCallbacksOnly(DagFileProcessorManager):
    """Airflow's manager of the DAG processor, which does not load a DAG for nothing."""

    def fetch_callbacks(self) -> list[CallbackRequest]:
        """The callbacks that were asked for and that the DAG processor knows to call."""
        return [request for request in super().fetch_callbacks() if is_called(request)]


def is_called(request: CallbackRequest) -> bool:
    """Whether anything is called for a request: of tasks only failures are reported."""
    return not isinstance(request, TaskCallbackRequest) or request.is_failure_callback


def leave_out_needless_callbacks() -> None:
    """Let `airflow dag-processor` of this process use this manager."""
    # The command has it from elsewhere, which the types do not let others count on.
    command.DagFileProcessorManager = FailureCallbacksOnly  # type: ignore[attr-defined]
