"""The Airflow DAG that builds and publishes the event-driven marts each hour."""

from datetime import timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable

from orchestration.dag_parts import (
    RUN_DATE,
    alert_when_late,
    arrivals,
    build_and_publish,
    common_arguments,
)
from orchestration.tasks import land_dropped, stop_without_new_files
from warehouse.settings import load_settings

settings = load_settings()
TAG = "hourly"


def land() -> object:
    """Land what was dropped; go on only when there is something new."""
    new_files = stop_without_new_files()
    for source in settings.drop_folder:
        land_dropped.override(task_id=f"land_{source}")(source, RUN_DATE) >> new_files
    return new_files


with DAG(
    "warehouse_hourly",
    schedule=CronDataIntervalTimetable("5 * * * *", timezone="UTC"),
    catchup=False,
    doc_md=__doc__,
    deadline=alert_when_late(timedelta(hours=1), timedelta(minutes=30), "30 minutes"),
    **common_arguments(settings),
):
    building, _ = build_and_publish(
        settings, {"WAREHOUSE_PROCESS_UNTIL": RUN_DATE}, select=[f"tag:{TAG}"], tag=TAG
    )
    arrivals(land) >> building
