"""Runs a component of Airflow. supervisord starts it, and starts it again whenever it ends.

Before the component itself, whatever the one before left behind is put in order; after `kill -9`
that would otherwise stay: workers of the scheduler wait for ever on a pipe that they hold open
themselves, and Airflow counts the dead one as running for half a minute.
"""

import atexit
import gc
import sys
import time

import psycopg

from warehouse.services import postgresql
from warehouse.services.airflow.components import Component, component_named, orphan_processes
from warehouse.services.airflow.configuration import DATABASE
from warehouse.services.machine import processes
from warehouse.settings import Settings, load_settings


def main(name: str) -> None:
    """Run the component of this name until it ends."""
    component = component_named(name)
    settings = load_settings()
    processes.stop_all(orphan_processes(settings, name))
    _end_jobs(settings, component)
    # What a start makes stays; looking through it for waste again and again took 1.3 of the 5.5 s
    # of processor time of the API server's start.
    gc.set_threshold(20_000, 20, 20)
    # Nor is it looked through at the end: 0.2 s instead of 2.4 s.
    atexit.register(gc.freeze)
    # Imported only now: it takes seconds, and nothing before needs it.
    from airflow.__main__ import main as airflow

    if name == "dag-processor":
        from warehouse.services.airflow.dag_processor import leave_out_needless_callbacks

        leave_out_needless_callbacks()
    sys.argv = ["airflow", name, *component.options]
    airflow()


def _end_jobs(settings: Settings, component: Component) -> None:
    """Say in Airflow's database that no such component runs, as a clean end would have done.

    Then the scheduler takes up the tasks of its predecessor at its start, and the triggerer the
    triggers. Waits for a PostgreSQL that does not answer: an attempt of the component itself would
    take seconds of a core each time.
    """
    while True:
        try:
            with postgresql.connect(settings, DATABASE) as connection:
                connection.execute(
                    "update job set state = 'failed', end_date = now() "
                    "where job_type = %s and end_date is null",
                    [component.job_type],
                )
            return
        except psycopg.OperationalError:
            print(f"{component.name} waits for PostgreSQL", flush=True)
            time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
