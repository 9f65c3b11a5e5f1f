"""Runs of different DAGs exclude each other: one that writes has the warehouse alone.

A run becomes the exclusive run after its files arrived and before it builds, and stays it until it
ends. Runs of one DAG follow each other anyway (`max_active_runs=1`).
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.sdk import BaseOperator
from airflow.triggers.base import BaseTrigger, StartTriggerArgs, TaskSuccessEvent, TriggerEvent

# Who goes first when several wait.
ORDER = ("warehouse_daily", "warehouse_backfill", "warehouse_hourly", "warehouse_maintenance")
# The tasks of a run before it is exclusive are in this group; the last of them waits for that.
GROUP = "arrivals"
TASK = "take_turn"
LOOK_SECONDS = 3.0
_ACTIVE = ["scheduled", "queued", "running", "deferred", "up_for_retry", "restarting"]


class ExclusiveRunTrigger(BaseTrigger):
    """Waits until no run of another DAG is exclusive, and none that goes first waits.

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
        """End the task when this run has the warehouse alone."""
        logged, free_looks = None, 0
        # Two looks in a row: a run that became exclusive just now shows in the second.
        while free_looks < 2:
            holder = await asyncio.to_thread(self._holder)
            if holder and holder != logged:
                self.log.info("Waiting for the run of %s to end", holder)
            logged = holder
            free_looks = 0 if holder else free_looks + 1
            await asyncio.sleep(LOOK_SECONDS)
        yield TaskSuccessEvent()

    def _holder(self) -> str | None:
        """The DAG whose run is exclusive, or goes first."""
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


# The name under which runs that waited before the rename ask for the trigger.
TurnTrigger = ExclusiveRunTrigger


class WaitForExclusiveRun(BaseOperator):
    """Ends when the run has the warehouse alone."""

    start_from_trigger = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(task_id=TASK, doc_md=type(self).__doc__, **kwargs)
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=f"{ExclusiveRunTrigger.__module__}.{ExclusiveRunTrigger.__qualname__}",
            trigger_kwargs={"dag_id": self.dag.dag_id},
            next_method="execute",
        )

    def execute(self, context: Any, event: Any = None) -> None:
        """Only where Airflow starts the task in a worker, as `dags test` does: there is one run."""
