"""The `warehouse` command: a thin face over the packages."""

import os
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from warehouse import commands as cluster_commands
from warehouse import demo
from warehouse.errors import WarehouseError, simulator_errors
from warehouse.landing import commands as landing_commands
from warehouse.maintenance import commands as maintenance_commands
from warehouse.scaffold import commands as scaffold_commands
from warehouse.services.airflow import commands as airflow_commands
from warehouse.settings import refuse_to_run_without_checkout, rename_former_settings
from warehouse.simulated_shop import commands as simulator_commands

application = typer.Typer(
    help="The warehouse behind an online shop's event logs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for commands in (
    cluster_commands,
    landing_commands,
    simulator_commands,
    airflow_commands,
    maintenance_commands,
    scaffold_commands,
    demo,
):
    commands.register(application)


@application.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Read by `main`, which sees every error."""


def main() -> None:
    """Run the command line; a foreseeable mistake is one line and an exit code."""
    try:
        refuse_to_run_without_checkout()
        for line in rename_former_settings(os.environ):
            print(f"Warning: {line}.", file=sys.stderr)
        with simulator_errors():
            application()
    except WarehouseError as error:
        if "--debug" in sys.argv:
            raise
        line = f"[red]Error:[/red] {escape(str(error))}"
        Console(stderr=True, soft_wrap=True).print(line, highlight=False)
        sys.exit(error.exit_code)
