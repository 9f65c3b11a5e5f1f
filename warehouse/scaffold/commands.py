"""The command `warehouse new mart`."""

from typing import Annotated

import typer
from rich.console import Console

commands = typer.Typer(
    help="Write the files of something new, with TODO where you go on.", no_args_is_help=True
)


def register(application: typer.Typer) -> None:
    """Add `new` to the `warehouse` command."""
    application.add_typer(commands, name="new")


# Without a second command, typer would leave out the name of the only one.
@commands.callback()
def _group() -> None:
    pass


@commands.command()
def mart(
    name: Annotated[str, typer.Argument(help="The name, such as agg_entry_pages_daily.")],
    table: Annotated[str, typer.Option("--from", help="The mart whose rows it sums up.")],
    by: Annotated[
        list[str],
        typer.Option("--by", help="A column that tells its rows apart; repeat it for more."),
    ],
    folder: Annotated[
        str | None,
        typer.Option(help="Folder of models/marts; default: daily, or that of the table."),
    ] = None,
) -> None:
    """Write a mart: SQL, YAML, example query, and its table in the oracle."""
    from warehouse.scaffold.mart import new_mart
    from warehouse.settings import PROJECT_ROOT

    say = Console(highlight=False, soft_wrap=True).print
    for path in new_mart(PROJECT_ROOT, name, table, by, folder):
        say(f"{path}: written")
    say("Next: fill in what says TODO, then `make docs` and `make check`.")
