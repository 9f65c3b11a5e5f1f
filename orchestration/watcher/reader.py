"""Reads what a build has pushed so far (an XCom), once for all tasks that wait for it."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from orchestration.watcher.producer import OUTCOMES

READ_SECONDS = 2.0
_KEPT_SECONDS = 60.0
# States in which it has pushed nothing yet.
_BEFORE = (None, "scheduled", "queued")


@dataclass
class ProducerState:
    """The state of the task that builds, and the outcomes by key.

    Attributes:
        state: Airflow's; None before the task is scheduled.
    """

    state: str | None = None
    outcomes: dict[str, Any] = field(default_factory=dict)
    read_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_producers: dict[tuple[str, str, str], ProducerState] = {}


async def read_producer(dag_id: str, run_id: str, task_id: str) -> ProducerState:
    """The state and outcomes of a build, at most two seconds old; for the triggerer."""
    key = (dag_id, run_id, task_id)
    producer = _producers.setdefault(key, ProducerState())
    async with producer.lock:
        if time.monotonic() - producer.read_at >= READ_SECONDS:
            producer.state = (await task_states(dag_id, run_id, [task_id])).get(task_id)
            if producer.state not in _BEFORE:
                producer.outcomes = await asyncio.to_thread(_outcomes, dag_id, run_id, task_id)
            producer.read_at = time.monotonic()
            _forget_old()
    return producer


async def task_states(dag_id: str, run_id: str, task_ids: list[str]) -> dict[str, str]:
    """The states of tasks of a run."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    states = await asyncio.to_thread(
        RuntimeTaskInstance.get_task_states, dag_id=dag_id, task_ids=task_ids, run_ids=[run_id]
    )
    return {task: str(state) for task, state in states.get(run_id, {}).items() if state}


def _outcomes(dag_id: str, run_id: str, task_id: str) -> dict[str, Any]:
    from airflow.sdk.execution_time.xcom import XCom

    return XCom.get_one(key=OUTCOMES, dag_id=dag_id, run_id=run_id, task_id=task_id) or {}


def _forget_old() -> None:
    now = time.monotonic()
    for key, producer in list(_producers.items()):
        if now - producer.read_at > _KEPT_SECONDS and not producer.lock.locked():
            del _producers[key]
