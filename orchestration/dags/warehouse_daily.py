"""The Airflow DAG that lands, builds and publishes each day."""

from datetime import timedelta

from airflow.sdk import DAG, CronDataIntervalTimetable, chain

from orchestration.dag_parts import (
    RUN_DATE,
    alert_when_late,
    arrivals,
    build_and_publish,
    common_arguments,
)
from orchestration.sensors.file_arrival import WaitForFiles
from orchestration.tasks import clean_up, docs, generate_shop, land_dropped
from warehouse.settings import load_settings

settings = load_settings()
WINDOW = {"WAREHOUSE_PROCESS_UNTIL": RUN_DATE}
TIMEOUT = timedelta(hours=3)


def land() -> WaitForFiles:
    """Generate the simulated shop's day, land what was dropped, wait for what comes by itself."""
    wait = WaitForFiles(task_id="wait_for_files", day=RUN_DATE, timeout=TIMEOUT, retries=0)
    if settings.scheduled_plan:
        generate_shop([RUN_DATE]) >> wait
    for source in settings.drop_folder:
        landed = land_dropped.override(task_id=f"land_{source}")(source, RUN_DATE, notifies=True)
        landed >> wait
    return wait


with DAG(
    "warehouse_daily",
    schedule=CronDataIntervalTimetable("0 2 * * *", timezone="UTC"),
    catchup=settings.schedule_from is not None,
    doc_md=__doc__,
    deadline=alert_when_late(timedelta(days=1), timedelta(hours=4), "4 hours"),
    **common_arguments(settings),
):
    building, publishing = build_and_publish(settings, WINDOW)
    arrivals(land) >> building
    chain(publishing, docs(), clean_up(list(settings.drop_folder)))
