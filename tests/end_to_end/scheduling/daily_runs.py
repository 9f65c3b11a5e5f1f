"""What holds of daily runs that were missed and then caught up, however they were disturbed."""

import json
from datetime import date
from itertools import pairwise

from ..table_snapshots import Query
from .instance import Airflow
from .runs import DagRun


def assert_each_day_once_in_order(runs: list[DagRun], days: list[date], query: Query) -> None:
    """Each day was landed and published once, and readers saw it as of that day."""
    details = [run.details() for run in runs]
    assert [run["logical_date"][:10] for run in details] == [str(day) for day in days]
    for before, after in pairwise(details):
        assert before["end_date"] <= after["start_date"], "one after the other"
    batches = query(
        "select publication_id, snapshot_id from scheduled_quality.publications "
        "where mart = 'as_of_dates' order by published_at"
    )
    assert len(batches) == len(days), "each was published once"
    for day, (_, snapshot) in zip(days, batches, strict=True):
        # What readers saw after each run was as of its own day.
        [(as_of,)] = query(
            f"select as_of_date from scheduled_marts_candidate.as_of_dates version as of {snapshot}"
            " where source_system = 'shop'"
        )
        assert str(as_of) == str(day)
    landed = query(
        "select landed_date, table_name, count(*) from scheduled_raw.manifest "
        "where source_system = 'shop' group by all having count(*) > 1"
    )
    assert not landed, "nothing was landed twice"


def assert_every_node_has_a_task(scheduled: Airflow, runs: list[DagRun]) -> None:
    """Each task succeeded, and there are those of all models and seeds."""
    for run in runs:
        states = run.states()
        assert set(states.values()) == {"success"}
        assert sum(task_id.startswith("warehouse.") for task_id in states) > 100
    # Else it would load the DAG for the end of each of them.
    processor = scheduled.settings.data_folder / "logs" / "airflow-dag-processor.log"
    assert "not a failure callback" not in processor.read_text()


def assert_proven_with_docs(scheduled: Airflow, query: Query) -> None:
    """The marts equal the landed ledger, and the docs site of them was made."""
    compared = query(
        "select count(*), sum(value_count), sum(difference_count) "
        "from scheduled_quality.ledger_reconciliation"
    )
    assert compared[0][0] == 16 and compared[0][1] > 0 and compared[0][2] == 0
    docs = scheduled.settings.data_folder / "docs"
    assert (docs / "index.html").exists() and (docs / "lineage" / "index.html").exists()
    nodes = json.loads((docs / "manifest.json").read_text())["nodes"]
    assert nodes["model.ecommerce_warehouse.fct_events"]["compiled_code"]
