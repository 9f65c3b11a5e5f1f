"""Which snapshots maintenance takes for alike, needed and removable."""

from datetime import UTC, datetime, timedelta

import pytest

from warehouse.errors import WarehouseError
from warehouse.maintenance.maintain import behind, refuse_unpublished
from warehouse.maintenance.snapshots import Snapshot, expirable, with_the_same_rows
from warehouse.maintenance.tables import IcebergTable

START = datetime(2024, 3, 1, tzinfo=UTC)


def chain(*operations: str) -> list[Snapshot]:
    """Snapshots 1, 2, 3, …, each made from the one before, a day apart."""
    return [
        Snapshot(number, number - 1 or None, operation, START + timedelta(days=number))
        for number, operation in enumerate(operations, 1)
    ]


def table(name: str, *operations: str, consumed=None, **references: int) -> IcebergTable:
    references = {"main": len(operations)} | references
    return IcebergTable(
        name, name.split(".")[0], consumed or {}, chain(*operations), references, file_count=1
    )


def test_compactions_change_no_rows():
    snapshots = chain("append", "overwrite", "replace", "replace")
    assert with_the_same_rows(snapshots, 4) == {2, 3, 4}
    assert with_the_same_rows(snapshots, 2) == {2}
    assert with_the_same_rows(snapshots, None) == set()


@pytest.mark.parametrize(
    ("referenced", "consumed", "days", "expected"),
    [
        ({4}, set(), 10, [1, 2, 3]),
        ({4, 2}, set(), 10, [1, 3]),  # a tag is kept
        ({4}, {2}, 10, [1]),  # from what another table has consumed on, all is kept
        ({4}, {1}, 10, []),
        ({4}, set(), 3.5, [1, 2]),  # a query may still read what was superseded later
        ({4}, set(), 0, []),
    ],
)
def test_what_nobody_needs_can_go(referenced, consumed, days, expected):
    snapshots = chain("append", "append", "append", "append")
    assert expirable(snapshots, referenced, consumed, START + timedelta(days=days)) == expected


def test_a_mart_that_was_only_compacted_is_published():
    refuse_unpublished([table("marts_candidate.a", "append", "replace", published=1)])


def test_a_mart_with_writes_that_are_not_published_is_named():
    tables = [
        table("marts_candidate.a", "append", published=1),
        table("marts_candidate.b", "append", "overwrite", published=1),
    ]
    with pytest.raises(WarehouseError, match=r"marts_candidate\.b has writes .* Fix: "):
        refuse_unpublished(tables)


def test_before_the_first_publication_nothing_is_refused():
    refuse_unpublished([table("marts_candidate.a", "append")])


def test_a_table_waits_for_those_that_have_yet_to_consume_it():
    upstream = table("staging.a", "append", "append", "replace")
    late = table("marts_candidate.late", "append", consumed={"staging.a": 1})
    done = table("marts_candidate.done", "append", consumed={"staging.a": 2})
    gone = table("marts_candidate.gone", "append", consumed={"staging.a": 99})
    assert behind(upstream, [upstream, late, done, gone]) == ["marts_candidate.late"]
