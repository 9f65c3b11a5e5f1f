"""Files that are dropped for scheduled runs, and the hourly run that takes each."""

import shutil

from ..conftest import DATA
from .instance import Airflow
from .runs import DagRun, runs_of, trigger, wait_until

HOURLY = "warehouse_hourly"


def wait_for_hourly_runs(scheduled: Airflow) -> None:
    """Wait until none is under way."""
    for run in runs_of(scheduled, HOURLY):
        run.wait()


def hourly_run(scheduled: Airflow, name: str, dates: str, first: int = 0, last: int = 30) -> DagRun:
    """Drop a file, and find the run that takes it: the one asked for, or one that was due then."""
    wait_for_hourly_runs(scheduled)
    ended = {run.run_id for run in runs_of(scheduled, HOURLY)}
    drop(scheduled, name, dates, first, last)
    trigger(scheduled, HOURLY)
    taken: list[DagRun] = []

    def is_taken() -> bool:
        for run in runs_of(scheduled, HOURLY):
            if run.run_id not in ended:
                state = run.state("arrivals.take_turn")
                if state not in (None, "skipped"):
                    taken.append(run)
        return bool(taken)

    wait_until(is_taken, 180, lambda: f"no hourly run took {name}")
    return taken[0]


def drop(scheduled: Airflow, name: str, dates: str, first: int = 0, last: int = 30) -> None:
    """Put a file with lines of some dates into the drop folder; moved in when it is whole."""
    folder = scheduled.settings.drop_folder["rees46"]
    header, *lines = (DATA / "2019-Oct.csv").read_text().splitlines()
    chosen = [line for line in lines if line.startswith(dates)][first:last]
    draft = folder.with_name("draft.csv")
    draft.write_text("\n".join([header, *chosen]) + "\n")
    shutil.move(draft, folder / name)
