"""What tasks wait for in the triggerer, with Airflow's answers given by hand."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance
from airflow.triggers.base import TaskFailedEvent, TaskSuccessEvent, TriggerEvent

from orchestration.sensors import exclusive_run, file_arrival, trigger_log
from orchestration.sensors.exclusive_run import ExclusiveRunTrigger
from orchestration.sensors.file_arrival import FileArrivalTrigger
from orchestration.watcher import consumer, reader
from orchestration.watcher.consumer import NodeTrigger

GOOD = {"status": "success", "message": "", "seconds": 1.0}


def first_event(trigger: Any) -> TriggerEvent:
    """What a trigger yields; it must do so within seconds."""

    async def run() -> TriggerEvent:
        return await asyncio.wait_for(anext(trigger.run()), 20)

    return asyncio.run(run())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_arrival, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(exclusive_run, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(consumer, "READ_SECONDS", 0.01)
    monkeypatch.setattr(consumer, "_LONG_SECONDS", 0.01)
    monkeypatch.setattr(reader, "READ_SECONDS", 0.0)
    monkeypatch.setattr(trigger_log, "LAG_SECONDS", 0.0)
    reader._producers.clear()


def test_arrivals__waits_until_all_are_there(monkeypatch, capsys):
    looks = [["shop.events", "shop.orders"], ["shop.orders"], []]
    monkeypatch.setattr(FileArrivalTrigger, "_missing", lambda self: looks.pop(0))
    event = first_event(FileArrivalTrigger("2024-03-01", 60))
    assert isinstance(event, TaskSuccessEvent)
    assert "2024-03-01 yet of shop.events, shop.orders" in capsys.readouterr().out


def test_arrivals__times_out_with_what_is_missing_and_the_fix(monkeypatch, capsys):
    monkeypatch.setattr(FileArrivalTrigger, "_missing", lambda self: ["shop.orders"])
    event = first_event(FileArrivalTrigger("2024-03-01", 0))
    assert isinstance(event, TaskFailedEvent)
    said = capsys.readouterr().out
    assert "2024-03-01 of shop.orders" in said and "Fix:" in said


class Runs:
    """Answers as Airflow's database does: which DAGs run, and what their first tasks do."""

    def __init__(self, **states: str) -> None:
        """States by DAG: arriving, waiting (for the turn) or building."""
        self.states = states

    def get_dr_count(self, dag_id: str, states: list[str]) -> int:
        return int(dag_id in self.states)

    def get_ti_count(
        self,
        dag_id: str,
        states: list[str],
        task_ids: list[str] | None = None,
        task_group_id: str | None = None,
    ) -> int:
        state = self.states[dag_id]
        if task_ids:
            assert task_ids == ["arrivals.take_turn"]
            return int(state == "waiting")
        assert task_group_id == "arrivals"
        return int(state in ("arriving", "waiting"))


@pytest.mark.parametrize(
    ("dag_id", "others", "holder"),
    [
        ("warehouse_daily", {}, None),
        ("warehouse_daily", {"warehouse_hourly": "building"}, "warehouse_hourly"),
        ("warehouse_daily", {"warehouse_hourly": "waiting"}, None),
        ("warehouse_daily", {"warehouse_maintenance": "building"}, "warehouse_maintenance"),
        ("warehouse_hourly", {"warehouse_daily": "building"}, "warehouse_daily"),
        ("warehouse_hourly", {"warehouse_daily": "waiting"}, "warehouse_daily"),
        # Its files may take hours, which must not hold up the others.
        ("warehouse_hourly", {"warehouse_daily": "arriving"}, None),
        ("warehouse_maintenance", {"warehouse_backfill": "waiting"}, "warehouse_backfill"),
        ("warehouse_backfill", {"warehouse_daily": "waiting"}, "warehouse_daily"),
        ("warehouse_backfill", {"warehouse_hourly": "waiting"}, None),
    ],
)
def test_turns__who_has_one_or_goes_first(monkeypatch, dag_id, others, holder):
    runs = Runs(**others)
    monkeypatch.setattr(RuntimeTaskInstance, "get_dr_count", runs.get_dr_count)
    monkeypatch.setattr(RuntimeTaskInstance, "get_ti_count", runs.get_ti_count)
    assert ExclusiveRunTrigger(dag_id)._holder() == holder


def test_turns__are_taken_after_two_free_looks(monkeypatch):
    looks = ["warehouse_daily", None, "warehouse_daily", None, None]
    monkeypatch.setattr(ExclusiveRunTrigger, "_holder", lambda self: looks.pop(0))
    assert isinstance(first_event(ExclusiveRunTrigger("warehouse_hourly")), TaskSuccessEvent)
    assert not looks


class Build:
    """Answers of Airflow about a build: a list of (state, outcomes), one for each look."""

    def __init__(self, monkeypatch, *looks: tuple[str | None, dict], **others: str) -> None:
        self.looks = list(looks)
        monkeypatch.setattr(RuntimeTaskInstance, "get_task_states", self.get_task_states)
        monkeypatch.setattr(reader, "_outcomes", lambda *_: self.looks[0][1])
        self.others = others

    def get_task_states(self, dag_id: str, task_ids: list[str], run_ids: list[str]) -> dict:
        if task_ids != ["build"]:
            found = {task: self.others.get(task) for task in task_ids}
            self.others = dict.fromkeys(self.others, "success")
            return {run_ids[0]: found}
        if len(self.looks) > 1 and self.asked:
            self.looks.pop(0)
        self.asked = True
        return {run_ids[0]: {"build": self.looks[0][0]}}

    asked = False


def node(own_try: int = 1, *parents: str) -> NodeTrigger:
    trigger = NodeTrigger("model.shop.events", list(parents))
    instance = SimpleNamespace(
        dag_id="warehouse_daily", run_id="run", task_id="node", try_number=own_try
    )
    trigger._task_instance = instance
    return trigger


def test_node__ends_as_soon_as_its_node_is_built(monkeypatch):
    Build(
        monkeypatch,
        (None, {}),
        ("running", {}),
        ("running", {"model.shop.orders": GOOD}),
        ("running", {"model.shop.events": GOOD}),
    )
    assert isinstance(first_event(node()), TaskSuccessEvent)


def test_node__follows_a_build_that_is_tried_again(monkeypatch):
    bad = {"model.shop.events": GOOD | {"status": "error"}}
    Build(
        monkeypatch,
        ("running", bad),
        ("up_for_retry", bad),
        ("running", {}),
        ("running", {"model.shop.events": GOOD}),
    )
    assert isinstance(first_event(node()), TaskSuccessEvent)


def test_node__that_is_asked_for_again_runs_in_a_worker_after_its_parents(monkeypatch):
    Build(monkeypatch, ("success", {"model.shop.events": GOOD}), parent="running")
    event = first_event(node(2, "parent"))
    assert type(event) is TriggerEvent


def test_node__is_not_run_after_a_parent_that_failed(monkeypatch):
    Build(monkeypatch, ("success", {"model.shop.events": GOOD}), parent="failed")
    assert isinstance(first_event(node(2, "parent")), TaskFailedEvent)


def test_node__cleared_together_with_the_build_follows_it(monkeypatch):
    Build(monkeypatch, (None, {}), ("running", {}), ("success", {"model.shop.events": GOOD}))
    assert isinstance(first_event(node(2)), TaskSuccessEvent)


def test_what_was_logged_last_is_read_before_the_task_ends(monkeypatch, capsys):
    read: list[str] = []

    async def flush_trigger_log() -> None:
        read.append(capsys.readouterr().out)

    for module in (consumer, file_arrival):
        monkeypatch.setattr(module, "flush_trigger_log", flush_trigger_log)
    Build(monkeypatch, ("running", {"model.shop.events": GOOD}))
    first_event(node())
    for missing in (["shop.orders"], []):
        monkeypatch.setattr(FileArrivalTrigger, "_missing", lambda self, missing=missing: missing)
        first_event(FileArrivalTrigger("2024-03-01", 0))
    by_node, late, there = read
    assert "model.shop.events: success after 1.0 s" in by_node
    assert "Fix:" in late
    assert "is there" in there
