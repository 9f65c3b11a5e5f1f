"""The command `warehouse generate`."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from errors import UsageError


def register(application: typer.Typer) -> None:
    """Add the generator's command."""
    application.command()(generate)


def generate(
    folder: Annotated[Path, typer.Argument(help="Where to write; made when it is not there.")],
    days: Annotated[int, typer.Option(help="Days to write, one folder each.")] = 7,
    start_date: Annotated[str, typer.Option(help="The first day.")] = "2024-03-01",
    users: Annotated[int, typer.Option(help="Registered users.")] = 10_000,
    products: Annotated[int, typer.Option(help="Products of the catalogue.")] = 1_000,
    events: Annotated[int, typer.Option(help="Events over all days.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Another seed gives another shop.")] = 1,
    dirt: Annotated[float, typer.Option(help="Share of lines damaged, doubled or late.")] = 0.0,
) -> None:
    """Write CSV logs of an imagined shop: events, orders, users and products."""
    from rich.console import Console
    from rich.progress import Progress

    from generator.generation import generate as write
    from generator.plan import Plan

    plan = Plan(days, _date(start_date), users, products, events, seed, dirt)
    console = Console()
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Writing days", total=plan.days)
        summary = write(folder, plan, lambda written: bar.update(task, completed=written))
    counts = ", ".join(f"{sorts['lines']:,} {table}" for table, sorts in summary.tables.items())
    console.print(
        f"Wrote {counts} ({summary.bytes / 1e6:.1f} MB) over {plan.days} days; "
        f"revenue {summary.revenue:,}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"Next: warehouse land shop {folder}", highlight=False, soft_wrap=True)


def _date(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"--start-date {text} is not a date", "write it as 2024-03-01") from None
