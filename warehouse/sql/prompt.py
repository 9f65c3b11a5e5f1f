"""A SQL prompt on the Thrift Server."""

import re
import time
from decimal import Decimal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from warehouse.errors import WarehouseError
from warehouse.settings import Settings
from warehouse.sql.connection import Connection, Result, connect

MOST_ROWS_SHOWN = 1000


def run_statements(settings: Settings, text: str) -> None:
    """Run the statements of a text, separated by semicolons, and print their results.

    Raises:
        WarehouseError: one of them failed; those behind it are not run.
    """
    with connect(settings) as connection:
        for statement in split_statements(text):
            _run(connection, statement)


def prompt(settings: Settings) -> None:
    """Read statements from the terminal until end of input; each ends with a semicolon."""
    import readline

    readline.parse_and_bind("set editing-mode emacs")
    history = settings.data_folder / "sql_history"
    if history.exists():
        readline.read_history_file(history)
    host, port = settings.thrift_server
    console = Console()
    console.print(f"Spark SQL at {host}:{port}. End a statement with ; and leave with Ctrl-D.")
    try:
        with connect(settings) as connection:
            _read_and_run(connection, console)
    finally:
        history.parent.mkdir(parents=True, exist_ok=True)
        readline.write_history_file(history)


def _read_and_run(connection: Connection, console: Console) -> None:
    pending = ""
    while True:
        try:
            pending += input("     ...> " if pending else "warehouse> ") + "\n"
        except EOFError:
            console.print()
            return
        except KeyboardInterrupt:
            pending = ""
            console.print()
            continue
        if not pending.rstrip().endswith(";"):
            pending = pending if pending.strip() else ""
            continue
        for statement in split_statements(pending):
            try:
                _run(connection, statement)
            except WarehouseError as error:
                console.print(
                    f"[red]Error:[/red] {escape(str(error))}", highlight=False, soft_wrap=True
                )
        pending = ""


def split_statements(text: str) -> list[str]:
    """The statements of a text: split at semicolons outside quotes and comments.

    What holds nothing but comments is no statement.
    """
    token = re.compile(
        r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`|--[^\n]*|/\*.*?\*/|;|.""", re.DOTALL
    )
    statements, current, has_code = [], "", False
    for part in [*token.findall(text), ";"]:
        if part == ";":
            if has_code:
                statements.append(current.strip())
            current, has_code = "", False
        else:
            current += part
            has_code = has_code or not (part.isspace() or part.startswith(("--", "/*")))
    return statements


def _run(connection: Connection, statement: str) -> None:
    console = Console()
    began = time.monotonic()
    result = connection.execute(statement)
    seconds = time.monotonic() - began
    if result.columns:
        console.print(as_table(result))
    shown = min(len(result.rows), MOST_ROWS_SHOWN)
    rest = f", the first {shown} shown" if shown < len(result.rows) else ""
    rows = "1 row" if len(result.rows) == 1 else f"{len(result.rows):,} rows"
    console.print(f"[dim]{rows}{rest}; {seconds:.2f} s[/dim]", highlight=False)


def as_table(result: Result) -> Table:
    """A result as a table: numbers to the right, null distinguished from empty text."""
    table = Table(header_style="bold")
    for position, name in enumerate(result.columns):
        values = [row[position] for row in result.rows if row[position] is not None]
        is_number = bool(values) and all(
            isinstance(value, int | float | Decimal) and not isinstance(value, bool)
            for value in values
        )
        table.add_column(escape(name), justify="right" if is_number else "left", overflow="fold")
    for row in result.rows[:MOST_ROWS_SHOWN]:
        table.add_row(*(_cell(value) for value in row))
    return table


def _cell(value: object) -> str:
    if value is None:
        return "[dim]null[/dim]"
    return escape(str(value))
