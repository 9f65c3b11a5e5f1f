"""The commands `warehouse generate` and `warehouse ledger`."""

from pathlib import Path
from typing import Annotated

import typer

from warehouse.errors import UsageError


def register(application: typer.Typer) -> None:
    """Add the generator's commands."""
    application.command()(generate)
    application.command()(ledger)


def generate(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="The folder of the logs; absent: generated/<plan> under the data folder."
        ),
    ] = None,
    plan: Annotated[
        str, typer.Option(help="demo, month, design_day, daily, or a YAML file of your own.")
    ] = "demo",
    first_date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The first date to write.")
    ] = None,
    last_date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="The last date to write.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; as many as processors where absent.")
    ] = None,
    land: Annotated[
        bool, typer.Option("--land", help="Write the logs to HDFS and land them, not to a folder.")
    ] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Also write a page with plots of what was generated.")
    ] = False,
) -> None:
    """Simulate a shop: its logs as CSV, and a ledger of what they should contain."""
    from rich.console import Console

    from generator.generation import generate as write
    from generator.plan import load_plan
    from warehouse.settings import load_settings
    from warehouse.simulated_shop.progress import day_number, generation_progress

    settings = load_settings()
    wanted = load_plan(plan)
    target = folder or settings.data_folder / "generated" / Path(plan).stem
    first = day_number(wanted, first_date, "--first-date", 0)
    last = day_number(wanted, last_date, "--last-date", wanted.days - 1)
    if first > last:
        raise UsageError(
            f"--first-date {first_date} is after --last-date {last_date}", "swap the two dates"
        )
    zone = None
    if land:
        from warehouse.simulated_shop.raw_zone import RawZone

        zone = RawZone(settings)
    console = Console(soft_wrap=True, highlight=False)
    with generation_progress(console, wanted, last - first + 1) as advance:
        summary = write(target, wanted, workers, first, last, advance, zone)
    lines = summary.total("line_count")
    where = "landed in HDFS" if land else f"in {target}"
    console.print(
        f"{lines:,} lines, {summary.total('byte_count') / 1e6:,.1f} MB, {where}, "
        f"in {summary.seconds:.1f} s: {lines / max(summary.seconds, 0.001):,.0f} lines/s"
    )
    if land:
        from generator.ledger.reading import Ledger
        from warehouse.simulated_shop.ledger_landing import land_ledger

        row_count = land_ledger(settings, Ledger(target))
        console.print(
            f"Its ledger is landed too, for quality.ledger_reconciliation: {row_count:,} rows"
        )
    if report:
        from generator.report.page import write_report

        console.print(f"Report: {write_report(target)}")
    if not land:
        console.print(f"Next: warehouse land shop {target}")
    console.print(f"What it should contain: warehouse ledger {target}")


def ledger(
    folder: Annotated[
        Path | None,
        typer.Argument(
            help="The folder of the logs; absent: generated/demo under the data folder."
        ),
    ] = None,
    date: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="As of this landed date; the last where absent."),
    ] = None,
    land: Annotated[
        bool,
        typer.Option("--land", help="Land the ledger, for quality.ledger_reconciliation."),
    ] = False,
) -> None:
    """Show what the generated logs should contain: what the shop did, and what landed of it."""
    from rich.console import Console

    from generator.ledger.reading import Ledger
    from warehouse.landing.local_files.discovery import parse_date
    from warehouse.settings import load_settings
    from warehouse.simulated_shop.ledger_summary import summary_tables

    settings = load_settings()
    place = folder or settings.data_folder / "generated" / "demo"
    found = Ledger(place, parse_date(date, f"--date {date}") if date else None)
    console = Console(highlight=False)
    if land:
        from warehouse.simulated_shop.ledger_landing import land_ledger

        row_count = land_ledger(settings, found)
        console.print(f"The ledger is landed as of {found.as_of}: {row_count:,} rows")
        return
    console.print(f"As of {found.as_of}, {len(found.landed_dates)} landed dates")
    for table in summary_tables(found):
        console.print()
        console.print(table)
