"""Generation: a plan becomes CSV logs and a ledger, by as many workers as wanted."""

import ctypes
import json
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from generator.destinations import Chunks, Destination, Folder, LandingZone
from generator.errors import GeneratorError, InputError
from generator.parts import TABLES, Part, PartDay, parts_of
from generator.plan import Plan
from generator.shop.people import Population
from generator.shop.products import Catalogue

# From malloc.h: how many heaps a process may have.
_M_ARENA_MAX = -8
PLAN_FILE = "plan.json"
SUMMARY_FILE = "generated.json"
LEDGER_FOLDER = "ledger"


@dataclass
class Summary:
    """What was generated.

    Attributes:
        files: what is in each file, in the order of (landed date, table, file name).
        seconds: how long it took.
    """

    files: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def total(self, count: str, table: str | None = None) -> int:
        """A count such as `line_count`, summed over all files or those of a table."""
        return sum(file[count] for file in self.files if table in (None, file["table"]))


@dataclass
class _Written:
    """What a part wrote on a day: what is in each file, and what is to be recorded as landed."""

    files: list[dict[str, Any]]
    stored: list[Any]

    @property
    def line_count(self) -> int:
        return sum(file["line_count"] for file in self.files)


def generate(
    folder: Path,
    plan: Plan,
    workers: int | None = None,
    first_day: int = 0,
    last_day: int | None = None,
    progress: Callable[[int], None] = lambda lines: None,
    land_in: LandingZone | None = None,
) -> Summary:
    """Write the logs and the ledger of a plan into a folder.

    Args:
        workers: processes; as many as processors where absent. They change nothing but the time.
        first_day, last_day: which days to write, counted from 0; all where absent.
        progress: called with how many more lines are written.
        land_in: takes the logs instead of the folder, which then gets the ledger alone; what it
            raises is passed on.

    Raises:
        InputError: the folder holds what another plan made.
        GeneratorError: the folder cannot be written.
    """
    started = time.monotonic()
    days = range(first_day, plan.days if last_day is None else last_day + 1)
    try:
        _claim(folder, plan)
        written = _generate(folder, plan, workers, days, progress, land_in)
        summary = Summary(written.files)
        if land_in:
            land_in.record(written.stored)
        summary.seconds = time.monotonic() - started
        if len(days) == plan.days and not land_in:
            _write_json(folder / SUMMARY_FILE, {"files": summary.files})
    except OSError as error:
        raise GeneratorError(
            f"{error.filename or folder} cannot be written: {error.strerror}",
            "free disk space or choose another folder, then run the command again",
        ) from None
    return summary


def already_generated(folder: Path, plan: Plan) -> Summary | None:
    """The summary of a finished generation of this very plan in a folder."""
    with suppress(OSError, ValueError):
        if json.loads((folder / PLAN_FILE).read_text()) == _content(plan):
            return Summary(json.loads((folder / SUMMARY_FILE).read_text())["files"])
    return None


def plan_in(folder: Path) -> Plan:
    """The plan whose logs a folder holds.

    Raises:
        InputError: it holds none.
    """
    try:
        return Plan.model_validate_json((folder / PLAN_FILE).read_text())
    except (OSError, ValueError):
        raise InputError(
            f"{folder} holds no generated logs", f"run `warehouse generate {folder}` first"
        ) from None


def _content(plan: Plan) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(plan.model_dump_json())
    return content


def _claim(folder: Path, plan: Plan) -> None:
    """Mark the folder as the plan's, unless it is another's."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / PLAN_FILE
    if path.exists():
        if json.loads(path.read_text()) != _content(plan):
            raise InputError(
                f"{folder} holds the logs of another plan", "choose another folder or remove it"
            )
    elif any(folder.glob("landed_date=*")):
        raise InputError(f"{folder} holds other logs", "choose another folder")
    else:
        _write_json(path, _content(plan))


def _write_json(path: Path, content: dict[str, Any]) -> None:
    hidden = path.with_name(f".{path.name}.partial")
    hidden.write_text(json.dumps(content, indent=1))
    hidden.replace(path)


def _generate(
    folder: Path,
    plan: Plan,
    workers: int | None,
    days: range,
    progress: Callable[[int], None],
    land_in: LandingZone | None,
) -> _Written:
    """Have the parts written, in this process or in several."""
    count = len(parts_of(plan))
    workers = min(workers or os.cpu_count() or 1, count)
    whole = _Written([], [])
    if workers == 1:
        for number in range(count):
            for written in _part_days(folder, plan, number, days, land_in):
                whole.files += written.files
                whole.stored += written.stored
                progress(written.line_count)
    else:
        _by_processes(whole, folder, plan, workers, count, days, progress, land_in)
    whole.files.sort(
        key=lambda file: (file["landed_date"], TABLES.index(file["table"]), file["file_name"])
    )
    return whole


def _by_processes(
    whole: _Written,
    folder: Path,
    plan: Plan,
    workers: int,
    count: int,
    days: range,
    progress: Callable[[int], None],
    land_in: LandingZone | None,
) -> None:
    # A fork of a process with threads, such as those of pyarrow, can hang.
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    with ProcessPoolExecutor(
        workers, mp_context=context, initializer=_prepare_worker, initargs=(queue,)
    ) as pool:
        running: set[Future[_Written]] = {
            pool.submit(_write_part, folder, plan, number, days, land_in) for number in range(count)
        }
        try:
            while running:
                done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                while not queue.empty():
                    progress(queue.get())
                for part in done:
                    whole.files += part.result().files
                    whole.stored += part.result().stored
        except BaseException:
            # An interrupt does not wait for what the workers are at.
            for process in list((pool._processes or {}).values()):
                process.terminate()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_reports: list[Any] = []


def _prepare_worker(queue: Any) -> None:
    """Let a worker process send its progress to a queue, and keep its memory together."""
    _reports.append(queue)
    # Chunks are made in a thread per file; by default each would keep a heap of its own.
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)


def _write_part(
    folder: Path, plan: Plan, number: int, days: range, land_in: LandingZone | None
) -> _Written:
    """One part in a worker process."""
    whole = _Written([], [])
    for written in _part_days(folder, plan, number, days, land_in):
        whole.files += written.files
        whole.stored += written.stored
        _reports[-1].put(written.line_count)
    return whole


def _part_days(
    folder: Path, plan: Plan, number: int, days: range, land_in: LandingZone | None
) -> Iterator[_Written]:
    """Write one part day by day; yields what is in each day's files."""
    population, catalogue = _world(plan)
    parts = parts_of(plan)
    part = Part(population, catalogue, parts[number], number, len(parts))
    destination: Destination = land_in or Folder(folder)

    def store(table: str, name: str, day: int, chunks: Chunks) -> tuple[int, str]:
        return destination.store(table, name, plan.date_of(day), chunks)

    for day in range(days.stop):
        if day < days.start:
            part.skip_day()
            continue
        files = _keep_ledger(folder, plan, part.write_day(store), number)
        yield _Written(files, land_in.take_stored() if land_in else [])


def _keep_ledger(folder: Path, plan: Plan, written: PartDay, number: int) -> list[dict[str, Any]]:
    """Store the ledger's tables of a day of a part; returns what is in the day's files."""
    landed_date = str(plan.date_of(written.day))
    files = [asdict(file) for file in written.files]
    tables = written.tables | {"files": pa.Table.from_pylist(files)}
    for name, table in tables.items():
        target = folder / LEDGER_FOLDER / name / f"landed_date={landed_date}"
        target.mkdir(parents=True, exist_ok=True)
        hidden = target / f".part-{number:03}.parquet.partial"
        pq.write_table(table, hidden, compression="zstd")
        hidden.replace(target / f"part-{number:03}.parquet")
    return [file | {"landed_date": landed_date} for file in files]


@lru_cache(maxsize=1)
def _world(plan: Plan) -> tuple[Population, Catalogue]:
    """What all parts share, made once in a process."""
    return Population(plan), Catalogue(plan)
