"""What a build has told so far, read once for all tasks that follow it."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from orchestration.watcher.producer import OUTCOMES

READ_SECONDS = 2.0
_KEPT_SECONDS = 60.0
# States in which it has told nothing yet.
_BEFORE = (None, "scheduled", "queued")


@dataclass
class Feed:
    """The state of the task that builds, and the outcomes by key.

    Attributes:
        state: Airflow's; None before the task is scheduled.
    """

    state: str | None = None
    outcomes: dict[str, Any] = field(default_factory=dict)
    read_at: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_feeds: dict[tuple[str, str, str], Feed] = {}


async def read_feed(dag_id: str, run_id: str, task_id: str) -> Feed:
    """The feed of a build, at most two seconds old; for the triggerer."""
    key = (dag_id, run_id, task_id)
    feed = _feeds.setdefault(key, Feed())
    async with feed.lock:
        if time.monotonic() - feed.read_at >= READ_SECONDS:
            feed.state = (await task_states(dag_id, run_id, [task_id])).get(task_id)
            if feed.state not in _BEFORE:
                feed.outcomes = await asyncio.to_thread(_outcomes, dag_id, run_id, task_id)
            feed.read_at = time.monotonic()
            _forget_old()
    return feed


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
    for key, feed in list(_feeds.items()):
        if now - feed.read_at > _KEPT_SECONDS and not feed.lock.locked():
            del _feeds[key]
