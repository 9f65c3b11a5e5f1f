"""The producer: pushes the outcomes of nodes, while they are built, to the tasks that wait."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any

from orchestration.watcher.state import GOOD
from warehouse.dbt.runner import NodeResult

OUTCOMES = "outcomes"
PUSH_SECONDS = 2.0
_WORST_FIRST = ("fail", "error", "runtime error", "skipped", "warn", "pass")


def tests_key(unique_id: str) -> str:
    """The key under which the outcome of a node's data tests is pushed."""
    return f"tests of {unique_id}"


class OutcomeProducer:
    """Collects results as dbt reports them.

    The data tests of a node have one outcome: good once all passed, bad as soon as one did not.

    Args:
        dbt_manifest: says which tests belong to which node.
    """

    def __init__(self, dbt_manifest: Mapping[str, Any]) -> None:
        self._tested = {
            test: node["attached_node"]
            for test, node in dbt_manifest["nodes"].items()
            if node["resource_type"] == "test" and node.get("attached_node")
        }
        self._awaited: dict[str, set[str]] = defaultdict(set)
        for test, node in self._tested.items():
            self._awaited[node].add(test)
        self._results: dict[str, list[NodeResult]] = defaultdict(list)
        self._outcomes: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        self._changed = Event()

    def record(self, result: NodeResult) -> None:
        """Take the result of a node; called from dbt's threads."""
        with self._lock:
            node = self._tested.get(result.unique_id)
            if node is None:
                self._put(result.unique_id, [result])
                return
            self._results[node].append(result)
            self._awaited[node].discard(result.unique_id)
            if result.status not in GOOD or not self._awaited[node]:
                self._put(tests_key(node), self._results[node])

    @contextmanager
    def pushed(self, push: Callable[[dict[str, Any]], None]) -> Iterator[None]:
        """Push all outcomes so far, from a thread of its own, at most every two seconds.

        At the end the outcome of nodes is pushed, too, of which not every data test ran.
        """
        over = Event()

        def push_changes() -> None:
            while not over.wait(PUSH_SECONDS):
                if self._changed.is_set():
                    push(self._taken())

        push(self._taken())
        thread = Thread(target=push_changes, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            with self._lock:
                for node, results in self._results.items():
                    self._put(tests_key(node), results)
            push(self._taken())

    def _taken(self) -> dict[str, Any]:
        with self._lock:
            self._changed.clear()
            return dict(self._outcomes)

    def _put(self, key: str, results: list[NodeResult]) -> None:
        if key in self._outcomes:
            return
        worst = min(results, key=lambda result: _rank(result.status))
        self._outcomes[key] = {
            "status": worst.status,
            "message": worst.message[:300],
            "seconds": round(sum(result.seconds for result in results), 1),
        }
        self._changed.set()


def _rank(status: str) -> int:
    return _WORST_FIRST.index(status) if status in _WORST_FIRST else len(_WORST_FIRST)
