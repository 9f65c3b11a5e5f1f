"""Runs of different DAGs take turns: who writes has the warehouse alone until it has published.

A run takes its turn after its files arrived and before it builds, and has it until the run ends.
Runs of one DAG follow each other anyway (`max_active_runs=1`).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import BaseOperator
from airflow.triggers.base import BaseTrigger, StartTriggerArgs, TaskSuccessEvent, TriggerEvent

# Who goes first when several wait.
ORDER = ("warehouse_daily", "warehouse_backfill", "warehouse_hourly", "warehouse_maintenance")
# The tasks of a run before its turn are in this group, the last of them takes the turn.
GROUP = "arrivals"
TASK = "take_turn"
LOOK_SECONDS = 3.0
_ACTIVE = ["scheduled", "queued", "running", "deferred", "up_for_retry", "restarting"]


class TurnTrigger(BaseTrigger):
    """Waits until no run of another DAG has its turn, and none that goes first waits for it.

    Args:
        dag_id: of the waiting run.
    """

    def __init__(self, dag_id: str) -> None:
        super().__init__()
        self.dag_id = dag_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Where the trigger is found again, and with what."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"dag_id": self.dag_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """End the task when it is this run's turn."""
        told, free_looks = None, 0
        # Two looks in a row: whoever took a turn just now shows in the second.
        while free_looks < 2:
            holder = await asyncio.to_thread(self._holder)
            if holder and holder != told:
                self.log.info("Waiting for the turn of %s to end", holder)
            told = holder
            free_looks = 0 if holder else free_looks + 1
            await asyncio.sleep(LOOK_SECONDS)
        yield TaskSuccessEvent()

    def _holder(self) -> str | None:
        """The DAG that has its turn, or goes first."""
        from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance as Airflow

        others = [dag_id for dag_id in ORDER if dag_id != self.dag_id]
        for dag_id in others:
            if not Airflow.get_dr_count(dag_id=dag_id, states=["running"]):
                continue
            if not Airflow.get_ti_count(dag_id=dag_id, task_group_id=GROUP, states=_ACTIVE):
                return dag_id
            goes_first = ORDER.index(dag_id) < ORDER.index(self.dag_id)
            if goes_first and Airflow.get_ti_count(
                dag_id=dag_id, task_ids=[f"{GROUP}.{TASK}"], states=_ACTIVE
            ):
                return dag_id
        return None


class TakeTurn(BaseOperator):
    """Ends when the run has the warehouse alone."""

    start_from_trigger = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(task_id=TASK, doc_md=type(self).__doc__, **kwargs)
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=f"{TurnTrigger.__module__}.{TurnTrigger.__qualname__}",
            trigger_kwargs={"dag_id": self.dag.dag_id},
            next_method="execute",
        )

    def execute(self, context: Any, event: Any = None) -> None:
        """Only where Airflow starts the task in a worker, as `dags test` does: there is one run."""
