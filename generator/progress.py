"""What the command shows while it generates, and the dates it is given."""

from datetime import date
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from errors import UsageError
from generator.plan import Plan


class GenerationProgress:
    """A bar with lines per second and the time left."""

    def __init__(self, console: Console, plan: Plan, days: int) -> None:
        self._bar = Progress(
            TextColumn("Generating"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=plan.events_per_day * days, speed="")

    def __enter__(self) -> "GenerationProgress":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def advance(self, lines: int) -> None:
        """Take in that more lines are written."""
        speed = self._bar.tasks[0].speed
        self._bar.update(self._task, advance=lines, speed=f"{speed:,.0f} lines/s" if speed else "")


def parse_date(text: str, option: str) -> date:
    """A date given to an option.

    Raises:
        UsageError: it is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} is not a date", "write it as 2024-03-01") from None


def day_number(plan: Plan, text: str | None, option: str, otherwise: int) -> int:
    """The day of the plan that a date given to an option stands for.

    Raises:
        UsageError: it is no date, or not one of the plan's.
    """
    if text is None:
        return otherwise
    day = (parse_date(text, option) - plan.start_date).days
    if not 0 <= day < plan.days:
        raise UsageError(
            f"{option} {text} is not in the plan",
            f"give a date from {plan.start_date} to {plan.date_of(plan.days - 1)}",
        )
    return day
