"""Readers on several connections see one published batch after the other, whatever is built."""

from pathlib import Path

from warehouse.settings import Settings

from .conftest import Run
from .readers import assert_each_answer_is_of_one_batch, reading
from .table_snapshots import Query

PUBLISH = ("run-operation", "publish")


def test_readers__see_one_batch_after_the_other(
    built: Path, cluster: Settings, warehouse: Run, dbt: Run, query: Query
) -> None:
    """On several connections without a pause, while a day is built, then every table rebuilt."""
    count = "select count(distinct publication_id) from quality.publications"
    [(before,)] = query(count)
    warehouse("land", "shop", built / "landed_date=2024-03-03")
    with reading(cluster) as seen:
        dbt("run")
        dbt(*PUBLISH)
        dbt("run", "--full-refresh")
        dbt(*PUBLISH)
    assert query(count) == [(before + 2,)]
    assert seen.count > 5 * len(seen.answers)
    # The rows of the full refresh are those of the day before it.
    assert len(seen.answers["marts.fct_events"]) == 2, "both days were read"
    assert_each_answer_is_of_one_batch(cluster, seen)
