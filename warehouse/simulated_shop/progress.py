"""What the command shows while it generates, and the dates it is given."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from generator.plan import Plan
from warehouse.errors import UsageError
from warehouse.landing.local_files.discovery import parse_date


@contextmanager
def generation_progress(console: Console, plan: Plan, days: int) -> Iterator[Callable[[int], None]]:
    """A bar with lines per second and the time left; gives what to call with more lines written."""
    columns = (
        TextColumn("Generating"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("", total=plan.events_per_day * days, speed="")

        def advance(lines: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=lines, speed=f"{speed:,.0f} lines/s" if speed else "")

        yield advance


def day_number(plan: Plan, text: str | None, option: str, otherwise: int) -> int:
    """The day of the plan that a date given to an option stands for.

    Raises:
        UsageError: it is no date, or not one of the plan's.
    """
    if text is None:
        return otherwise
    day = (parse_date(text, f"{option} {text}") - plan.start_date).days
    if not 0 <= day < plan.days:
        raise UsageError(
            f"{option} {text} is not in the plan",
            f"give a date from {plan.start_date} to {plan.date_of(plan.days - 1)}",
        )
    return day
