"""The command `warehouse maintain`."""

import typer


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(maintain)


def maintain() -> None:
    """Compact the tables; remove old snapshots and files that neither readers nor builds need."""
    from rich.console import Console

    from warehouse.maintenance.maintain import maintain as maintain_tables
    from warehouse.settings import load_settings

    console = Console(soft_wrap=True, highlight=False)
    report = maintain_tables(load_settings(), lambda line: console.print(line, markup=False))
    if report.is_changed:
        console.print(report.as_table())
    else:
        console.print("Nothing to do: no small files, no old snapshots, no files left over")
    console.print(f"{len(report.tables)} tables in {report.seconds:.1f} s")
