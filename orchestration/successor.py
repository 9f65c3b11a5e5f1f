"""Starts the next run of a backfill with the dates that are left."""

from typing import Any

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk.exceptions import AirflowSkipException

_CHOSEN = "ti.xcom_pull('arrivals.choose_slice')"


class NextSlice(TriggerDagRunOperator):
    """Starts the run of the next slice, whose name tells how far the backfill is.

    A slice that was run again starts the following one again, too.
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
        if not self.conf["first_date"]:
            raise AirflowSkipException("The backfill is complete")
        self.conf["days_per_slice"] = int(self.conf["days_per_slice"])
        super().execute(context)
