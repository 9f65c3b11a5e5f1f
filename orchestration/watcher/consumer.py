"""The consumers: tasks of single dbt nodes, which end as one `dbt build` ends their nodes.

A process for the task of each node would cost more than the nodes themselves. So one task, the
producer, builds everything; the tasks of the nodes wait in the triggerer, which takes next to
nothing, and take over the outcome. A node that is cleared afterwards runs by itself, in a worker.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, TriggerRule
from airflow.triggers.base import (
    BaseTrigger,
    StartTriggerArgs,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from orchestration.sensors.trigger_log import flush_trigger_log
from orchestration.tasks import BUILD
from orchestration.watcher.producer import tests_key
from orchestration.watcher.reader import READ_SECONDS, read_producer, task_states
from orchestration.watcher.state import FINAL, Decision, decide

if TYPE_CHECKING:
    from airflow.models.taskinstance import TaskInstance
    from airflow.sdk.definitions.context import Context

# Before the build began, which may be hours in which files are waited for.
_LONG_SECONDS = 5.0
_PASSED = ("success", "skipped")
_FAILED = ("failed", "upstream_failed")


class NodeTrigger(BaseTrigger):
    """Waits for the outcome of a node in the task that builds.

    Args:
        key: under which that task pushes the outcome.
        parents: the tasks of the nodes that come before it, for when it runs by itself.
    """

    def __init__(self, key: str, parents: list[str]) -> None:
        super().__init__()
        self.key = key
        self.parents = parents

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Where the trigger is found again, and with what."""
        return _path(type(self)), {"key": self.key, "parents": self.parents}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """End the task as its node ended, or send it to a worker to run its node itself."""
        instance = self._instance()
        producer = await read_producer(instance.dag_id, instance.run_id, BUILD)
        is_asked_again = producer.state in FINAL and instance.try_number > 1
        while True:
            decision, why = decide(producer.outcomes.get(self.key), producer.state, is_asked_again)
            if decision is Decision.RUN:
                decision, why = await self._after_parents(why)
            if decision is not Decision.WAIT:
                break
            await asyncio.sleep(READ_SECONDS if producer.state else _LONG_SECONDS)
            producer = await read_producer(instance.dag_id, instance.run_id, BUILD)
        self.log.info("%s: %s", self.key, why)
        await flush_trigger_log()
        if decision is Decision.SUCCEED:
            yield TaskSuccessEvent()
        elif decision is Decision.FAIL:
            yield TaskFailedEvent()
        elif decision is Decision.SKIP:
            yield TaskSkippedEvent()
        else:
            yield TriggerEvent(why)

    def _instance(self) -> "TaskInstance":
        """The task that waits."""
        if self.task_instance is None:
            raise RuntimeError("The outcome of a node is waited for by a task only")
        return self.task_instance

    async def _after_parents(self, why: str) -> tuple[Decision, str]:
        """Runs by itself only after the nodes before it, some of which may have been cleared."""
        if self.parents:
            instance = self._instance()
            states = await task_states(instance.dag_id, instance.run_id, self.parents)
            for task_id in self.parents:
                if states.get(task_id) in _FAILED:
                    return Decision.FAIL, f"{task_id} failed"
                if states.get(task_id) not in _PASSED:
                    return Decision.WAIT, f"{task_id} comes first"
        return Decision.RUN, why


class NodeOperator(BaseOperator):
    """The task of one dbt node, or of the data tests of one.

    Args:
        unique_id: of the node.
        command: run, seed or test; what it does when it is cleared.
        window: the landed dates to process then, as variables of the environment; templated.
    """

    start_from_trigger = True
    template_fields = ("window",)

    def __init__(
        self, *, unique_id: str, command: str, window: dict[str, str], **kwargs: Any
    ) -> None:
        # It waits for the build, not for its parents: their outcome is in its own.
        super().__init__(trigger_rule=TriggerRule.ALWAYS, retries=0, **kwargs)
        self.unique_id = unique_id
        self.command = command
        self.window = window

    def consume(self) -> None:
        """Set what the trigger is given, once all tasks of the graph are there."""
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=_path(NodeTrigger),
            trigger_kwargs={
                "key": tests_key(self.unique_id) if self.command == "test" else self.unique_id,
                "parents": sorted(self.upstream_task_ids),
            },
            next_method="run_node",
        )

    def execute(self, context: "Context") -> None:
        """Run the node; only where Airflow starts the task in a worker, as `dags test` does."""
        self.run_node(context)

    def run_node(self, context: "Context", event: Any = None) -> None:
        """Run the node alone."""
        from orchestration.tasks import run_node

        run_node(self.command, self.unique_id, self.window)


def _path(trigger: type[BaseTrigger]) -> str:
    return f"{trigger.__module__}.{trigger.__qualname__}"
