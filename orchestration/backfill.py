"""Divides a range of dates into the batches of a backfill, and starts one run after the other."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import AirflowSkipException

from warehouse.errors import UsageError

NEWEST_FIRST = "newest first"
OLDEST_FIRST = "oldest first"
_CHOSEN = "ti.xcom_pull('arrivals.choose_slice')"


@dataclass(frozen=True)
class BackfillBatch:
    """A few dates, and what is left after them.

    Attributes:
        first, last: the dates of the batch, both included.
        rest: first and last date of what is left; None when nothing is.
        left_count: how many batches the rest has.
    """

    first: date
    last: date
    rest: tuple[date, date] | None
    left_count: int

    @property
    def dates(self) -> list[date]:
        """Every date of the batch, in order."""
        days = (self.last - self.first).days + 1
        return [self.first + timedelta(days=day) for day in range(days)]


def next_batch(first: date, last: date, days: int, order: str) -> BackfillBatch:
    """The batch that comes next in a range of dates, both ends included.

    Args:
        days: how many dates a batch has; the last one may have fewer.
        order: newest first or oldest first.

    Raises:
        UsageError: the range is empty, a batch would be, or there is no such order.
    """
    if first > last:
        raise UsageError(f"The range from {first} to {last} is empty", "swap its two dates")
    if days < 1:
        raise UsageError(f"A batch of {days} days is empty", "give 1 or more")
    if order not in (NEWEST_FIRST, OLDEST_FIRST):
        raise UsageError(f"There is no order {order}", f"{NEWEST_FIRST} or {OLDEST_FIRST}")
    step, day = timedelta(days=days - 1), timedelta(days=1)
    if order == NEWEST_FIRST:
        start = max(first, last - step)
        rest = (first, start - day) if start > first else None
        return BackfillBatch(start, last, rest, _count(rest, days))
    end = min(last, first + step)
    rest = (end + day, last) if end < last else None
    return BackfillBatch(first, end, rest, _count(rest, days))


def _count(rest: tuple[date, date] | None, days: int) -> int:
    return -(-((rest[1] - rest[0]).days + 1) // days) if rest else 0


class NextBackfillRun(TriggerDagRunOperator):
    """Starts the run of the next batch, whose name says how far the backfill is.

    A batch that was run again starts the following one again, too.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            task_id="next_slice",
            trigger_dag_id="warehouse_backfill",
            # Airflow takes neither spaces nor commas.
            trigger_run_id=(
                f"{{{{ {_CHOSEN}['rest'] | join('_to_') }}}}_{{{{ {_CHOSEN}['left_count'] }}}}_"
                "slices_left_{{ params.order | replace(' ', '_') }}"
            ),
            conf={
                "first_date": f"{{{{ {_CHOSEN}['rest'][0] }}}}",
                "last_date": f"{{{{ {_CHOSEN}['rest'][1] }}}}",
                "days_per_slice": "{{ params.days_per_slice }}",
                "order": "{{ params.order }}",
            },
            reset_dag_run=True,
            doc_md=type(self).__doc__,
            **kwargs,
        )

    def execute(self, context: Any) -> None:
        """Start the next run, unless nothing is left."""
        following = self.conf
        if not following or not following["first_date"]:
            raise AirflowSkipException("The backfill is complete")
        following["days_per_slice"] = int(following["days_per_slice"])
        super().execute(context)
