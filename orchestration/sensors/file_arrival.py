"""Waits until the files of a day have arrived."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

from airflow.sdk import BaseOperator
from airflow.triggers.base import (
    BaseTrigger,
    StartTriggerArgs,
    TaskFailedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)

from orchestration.sensors.trigger_log import flush_trigger_log

LOOK_SECONDS = 30.0


class FileArrivalTrigger(BaseTrigger):
    """Waits until the manifest has the files of a day of every table that is expected daily.

    Args:
        day: YYYY-MM-DD, the landed date; empty: nothing is expected.
        timeout_seconds: after which the task fails.
    """

    def __init__(self, day: str, timeout_seconds: float) -> None:
        super().__init__()
        self.day = day
        self.timeout_seconds = timeout_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Where the trigger is found again, and with what."""
        return (
            f"{__name__}.{FileArrivalTrigger.__qualname__}",
            {"day": self.day, "timeout_seconds": self.timeout_seconds},
        )

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """End the task when all are there, or fail it when they do not come."""
        deadline = time.monotonic() + self.timeout_seconds
        logged: list[str] = []
        while missing := await asyncio.to_thread(self._missing):
            if missing != logged:
                self.log.info("No file landed under %s yet of %s", self.day, ", ".join(missing))
                logged = missing
            if time.monotonic() > deadline:
                self.log.error(
                    "No file landed under %s of %s within %s. Fix: land them (`warehouse land`, or "
                    "put them into the drop folder and clear the task that lands), then clear "
                    "this task.",
                    self.day,
                    ", ".join(missing),
                    timedelta(seconds=self.timeout_seconds),
                )
                await flush_trigger_log()
                yield TaskFailedEvent()
                return
            await asyncio.sleep(LOOK_SECONDS)
        self.log.info("Every file expected under %s is there", self.day or "no date")
        await flush_trigger_log()
        yield TaskSuccessEvent()

    def _missing(self) -> list[str]:
        from warehouse.errors import WarehouseError
        from warehouse.landing.arrivals import missing_arrivals
        from warehouse.settings import load_settings

        if not self.day:
            return []
        try:
            return missing_arrivals(load_settings(), date.fromisoformat(self.day))
        except WarehouseError as error:
            # A server that is away comes back, or the time is up.
            return [f"an unknown table, for the manifest cannot be read: {error}"]


class ArrivalsTrigger(FileArrivalTrigger):
    """The name and argument with which runs that waited before the rename ask for the trigger."""

    def __init__(self, day: str, patience_seconds: float) -> None:
        super().__init__(day, patience_seconds)


class WaitForFiles(BaseOperator):
    """Ends when the day's files of each scheduled source system are in the manifest.

    Args:
        day: YYYY-MM-DD, templated.
        timeout: after which it fails, and names the tables that are missing.
    """

    start_from_trigger = True
    template_fields = ("day",)

    def __init__(self, *, day: str, timeout: timedelta, **kwargs: Any) -> None:
        super().__init__(doc_md=type(self).__doc__, **kwargs)
        self.day = day
        self.start_trigger_args = StartTriggerArgs(
            trigger_cls=f"{FileArrivalTrigger.__module__}.{FileArrivalTrigger.__qualname__}",
            trigger_kwargs={"day": day, "timeout_seconds": timeout.total_seconds()},
            next_method="execute",
        )

    def execute(self, context: Any, event: Any = None) -> None:
        """Only where Airflow starts the task in a worker, as `dags test` does: no waiting."""
