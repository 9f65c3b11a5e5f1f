"""The commands that start, stop and look after Airflow."""

import sys
import time

import typer
from rich.console import Console
from rich.table import Table

from warehouse.settings import load_settings

commands = typer.Typer(
    help="Start, stop and look after the Airflow of the scheduled runs.", no_args_is_help=True
)
COLOURS = {"running": "green", "healthy": "green", "stopped": "red"}


def register(application: typer.Typer) -> None:
    """Add `airflow` to the `warehouse` command."""
    application.add_typer(commands, name="airflow")


def _say(line: str) -> None:
    Console(highlight=False, soft_wrap=True).print(line)


@commands.command()
def up() -> None:
    """Start Airflow, and the cluster before it; wait until every component is healthy."""
    from warehouse.lifecycle import airflow_up
    from warehouse.services.airflow import configuration

    settings = load_settings()
    began = time.monotonic()
    if airflow_up(settings, _say):
        _say(f"[green]Airflow is up[/green] after {time.monotonic() - began:.1f} s.")
    else:
        _say("[green]Airflow is up[/green]: it was running already.")
    if sys.stdout.isatty():
        secret = f"password {configuration.password(settings)}"
    else:
        secret = f"its password is in {configuration.password_file(settings)}"
    _say(f"Web page: {configuration.page(settings)}, user {configuration.USER}, {secret}")


@commands.command()
def down() -> None:
    """Stop Airflow; the cluster keeps running, what was scheduled is caught up later."""
    from warehouse.lifecycle import airflow_down

    stopped = airflow_down(load_settings(), _say)
    _say("Airflow is down." if stopped else "Airflow is down: it was not running.")


@commands.command()
def status() -> None:
    """Show what each component is doing; exits with 3 unless all are healthy."""
    from warehouse.services.airflow import service

    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("component", "state", "pid", "memory", "health"):
        table.add_column(name, justify="right" if name in ("pid", "memory") else "left")
    found = service.read_status(load_settings())
    for component in found:
        table.add_row(
            component.name,
            _coloured(component.state),
            str(component.pid or ""),
            f"{component.memory / 2**20:,.0f} MiB" if component.memory else "",
            _coloured(component.health),
        )
    Console(highlight=False).print(table)
    if not all(component.health == "healthy" for component in found):
        raise typer.Exit(3)


@commands.command()
def parse() -> None:
    """Read the dbt project again: the DAGs are rendered from it within minutes."""
    from warehouse.dbt.manifest import refresh_dbt_manifest

    _say(f"The DAGs are rendered from {refresh_dbt_manifest(load_settings())}.")


def _coloured(word: str) -> str:
    colour = COLOURS.get(word, "yellow")
    return f"[{colour}]{word}[/{colour}]"
