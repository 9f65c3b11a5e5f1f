"""Which snapshots of a table are alike, which are needed, and which can go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

# What Iceberg calls a commit that changes files but no rows: a compaction.
_SAME_ROWS = "replace"


@dataclass(frozen=True)
class Snapshot:
    """One snapshot of a table.

    Attributes:
        parent: the id of the snapshot it was made from; none for the first of a table.
        operation: append, overwrite, delete or replace.
    """

    number: int
    parent: int | None
    operation: str
    committed_at: datetime


def with_the_same_rows(snapshots: Sequence[Snapshot], current: int | None) -> set[int]:
    """The ids of the current snapshot and of those before it that only compactions followed."""
    known = {snapshot.number: snapshot for snapshot in snapshots}
    alike: set[int] = set()
    at = current
    while at is not None and at not in alike:
        alike.add(at)
        snapshot = known.get(at)
        at = snapshot.parent if snapshot and snapshot.operation == _SAME_ROWS else None
    return alike


def expirable(
    snapshots: Sequence[Snapshot],
    referenced: Collection[int],
    consumed: Collection[int],
    superseded_before: datetime,
) -> list[int]:
    """The ids of the snapshots that nobody needs, the oldest first.

    Args:
        snapshots: all that the table keeps, the oldest first.
        referenced: snapshots that branches and tags stand for.
        consumed: snapshots that tables remember. From the oldest of them on all are kept:
            Iceberg no longer says which snapshot updated a partition once that is expired,
            and a change would go unseen.
        superseded_before: a snapshot that another one followed later than this is kept, for a
            query may still read it.
    """
    expired = []
    for snapshot, following in pairwise(snapshots):
        if snapshot.number in consumed:
            break
        if following.committed_at < superseded_before and snapshot.number not in referenced:
            expired.append(snapshot.number)
    return expired
