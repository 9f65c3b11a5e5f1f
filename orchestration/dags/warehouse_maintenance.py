"""The Airflow DAG that keeps the tables small and fast, once a week."""

from airflow.sdk import DAG, CronDataIntervalTimetable

from orchestration.dag_parts import arrivals, common_arguments
from orchestration.tasks import maintain
from warehouse.settings import load_settings

settings = load_settings()

with DAG(
    "warehouse_maintenance",
    schedule=CronDataIntervalTimetable("30 12 * * 0", timezone="UTC"),
    catchup=False,
    doc_md=__doc__,
    **common_arguments(settings),
):
    arrivals() >> maintain()
