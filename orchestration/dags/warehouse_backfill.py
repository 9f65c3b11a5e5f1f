"""The Airflow DAG that builds a range of dates, batch by batch; a run for each batch."""

from airflow.sdk import DAG, Param

from orchestration.backfill import NEWEST_FIRST, OLDEST_FIRST, NextBackfillRun
from orchestration.dag_parts import arrivals, build_and_publish, common_arguments
from orchestration.tasks import choose_batch, generate_shop
from warehouse.settings import load_settings

settings = load_settings()
CHOSEN = "ti.xcom_pull('arrivals.choose_slice')"
WINDOW = {
    "WAREHOUSE_PROCESS_FROM": f"{{{{ {CHOSEN}['first'] }}}}",
    "WAREHOUSE_PROCESS_UNTIL": f"{{{{ {CHOSEN}['last'] }}}}",
}


def land() -> object:
    """Choose the dates of this run; generate the simulated shop's logs of them."""
    chosen = choose_batch(
        "{{ params.first_date }}",
        "{{ params.last_date }}",
        "{{ params.days_per_slice }}",
        "{{ params.order }}",
    )
    if not settings.scheduled_plan:
        return chosen
    # What a task returns can be indexed, which the types of Airflow do not say.
    return generate_shop(chosen["dates"])  # type: ignore[index]


with DAG(
    "warehouse_backfill",
    schedule=None,
    doc_md=__doc__,
    params={
        "first_date": Param("2024-03-01", type="string", format="date"),
        "last_date": Param("2024-03-31", type="string", format="date"),
        "days_per_slice": Param(7, type="integer", minimum=1),
        "order": Param(NEWEST_FIRST, enum=[NEWEST_FIRST, OLDEST_FIRST]),
    },
    **common_arguments(settings),
):
    building, publishing = build_and_publish(settings, WINDOW)
    arrivals(land) >> building
    publishing >> NextBackfillRun()
