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
    summary = maintain_tables(load_settings(), lambda line: console.print(line, markup=False))
    if summary.is_changed:
        console.print(summary.as_table())
    else:
        console.print("Nothing to do: no small files, no old snapshots, no files left over")
    console.print(f"{len(summary.tables)} tables in {summary.seconds:.1f} s")
