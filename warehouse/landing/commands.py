"""The commands `warehouse land`, `unland` and `landed`."""

from pathlib import Path
from typing import Annotated

import typer


def register(application: typer.Typer) -> None:
    """Add the commands to the command line."""
    application.command()(land)
    application.command()(unland)
    application.command()(landed)


SourceName = Annotated[str, typer.Argument(help="A source system declared under models/staging.")]
TableName = Annotated[
    str | None, typer.Option("--table", help="The table; where absent, the file names say which.")
]


def land(
    source: SourceName,
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="CSV or CSV.gz files, or folders of them.")
    ],
    table: TableName = None,
    landed_date: Annotated[
        str | None,
        typer.Option(
            "--landed-date",
            metavar="YYYY-MM-DD",
            help="The date to land under; else the file's landed_date=… folder, else today.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put files in the place of live ones of the same name."),
    ] = False,
) -> None:
    """Land CSV logs in HDFS."""
    from warehouse.landing.land_files import land as land_files
    from warehouse.landing.local_files.discovery import parse_date
    from warehouse.landing.progress import LandingProgress, print_summary
    from warehouse.settings import load_settings

    day = parse_date(landed_date, f"--landed-date {landed_date}") if landed_date else None
    with LandingProgress() as progress:
        summary = land_files(load_settings(), source, paths, table, day, replace, progress)
    print_summary(summary)
    raise typer.Exit(summary.exit_code)


def unland(
    source: SourceName,
    files: Annotated[
        list[str], typer.Argument(metavar="FILE…", help="Names under which files were landed.")
    ],
    table: TableName = None,
) -> None:
    """Withdraw landed files; the next build follows."""
    from warehouse.landing.manifest.live_files import unland as unland_files
    from warehouse.settings import load_settings

    for file in unland_files(load_settings(), source, files, table):
        typer.echo(
            f"withdrawn  {file.file_name}  ({file.table_name}, landed under {file.landed_date})"
        )


def landed(
    source: Annotated[
        str | None, typer.Argument(help="Only the files of this source system.")
    ] = None,
) -> None:
    """List the live files."""
    from warehouse.landing.manifest.live_files import list_live_files
    from warehouse.landing.progress import print_live_files
    from warehouse.settings import load_settings

    print_live_files(list_live_files(load_settings(), source))
