"""The command `warehouse demo`: from nothing to a built warehouse, and what its marts say."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from warehouse.console import number_table
from warehouse.errors import WarehouseError

if TYPE_CHECKING:
    from warehouse.settings import Settings
    from warehouse.sql.connection import Connection

SOURCE = "shop"
PLAN = "demo"
SECONDS_TO_STOP_DBT = 10
MARTS = (
    "dim_users",
    "dim_products",
    "fct_events",
    "fct_sessions",
    "fct_orders",
    "fct_order_lines",
    "fct_returns",
    "agg_products_daily",
    "funnel_daily",
    "abandoned_carts",
    "attribution",
    "rfm_segments",
)


def register(application: typer.Typer) -> None:
    """Add the command."""
    application.command()(demo)


def demo() -> None:
    """Start the cluster, land a week of logs, build the warehouse and show the results."""
    from warehouse.settings import load_settings

    console = Console(soft_wrap=True, highlight=False)
    try:
        Demo(load_settings(), console).run()
    except KeyboardInterrupt:
        console.print("Stopped; nothing is broken. `warehouse demo` goes on from here.")
        raise typer.Exit(130) from None


class Demo:
    """One run of the demo, and the seconds that each phase of it took."""

    def __init__(self, settings: "Settings", console: Console) -> None:
        self._settings = settings
        self._console = console
        self._seconds: dict[str, float] = {}

    def run(self) -> None:
        """Do everything.

        Raises:
            WarehouseError: a phase failed; says how to go on.
        """
        from warehouse import lifecycle

        with self._phase("Start the cluster"):
            lifecycle.up(self._settings, say=self._say)
        with self._phase("Generate a week of logs"):
            folder = self._generate()
        with self._phase("Land them in HDFS"):
            self._land(folder)
        with self._phase("Build the warehouse"):
            self._build()
        with self._phase("Ask the marts"):
            answers = self._answers()
        for table in (*answers, self._times()):
            self._console.print()
            self._console.print(table, soft_wrap=False)
        self._show_next_steps()

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False)

    @contextmanager
    def _phase(self, name: str) -> Iterator[None]:
        self._console.rule(f"[bold]{name}", align="left")
        started = time.monotonic()
        yield
        self._seconds[name] = time.monotonic() - started

    def _generate(self) -> Path:
        """The folder of the demo's logs, written unless it is there."""
        from generator.generation import already_generated, generate
        from generator.plan import load_plan

        folder = self._settings.data_folder / "generated" / PLAN
        plan = load_plan(PLAN)
        summary = already_generated(folder, plan)
        if summary:
            self._console.print(f"Already in {folder}")
        else:
            summary = generate(folder, plan)
            size = f"{summary.total('byte_count') / 1e6:.1f} MB"
            self._console.print(f"{summary.total('line_count'):,} lines, {size}, in {folder}")
        return folder

    def _land(self, folder: Path) -> None:
        from generator.ledger.reading import Ledger
        from warehouse import landing
        from warehouse.landing.progress import LandingProgress, print_summary
        from warehouse.simulated_shop.ledger_landing import land_ledger

        with LandingProgress() as progress:
            summary = landing.land(self._settings, SOURCE, [folder], progress=progress)
        print_summary(summary)
        if summary.exit_code:  # the reasons are printed already, file by file
            raise typer.Exit(summary.exit_code)
        row_count = land_ledger(self._settings, Ledger(folder))
        self._console.print(f"The shop's ledger, to compare with: {row_count:,} rows")

    def _build(self) -> None:
        """Run `dbt build`; its own lines show how it goes on."""
        from warehouse.settings import PROJECT_ROOT
        from warehouse.sql.dbt_environment import dbt_environment

        options = [] if self._console.is_terminal else ["--no-use-colors"]
        dbt = Path(sys.executable).with_name("dbt")
        process = subprocess.Popen(
            # Unit tests check the models' SQL, not the data: they are for who changes it.
            [dbt, *options, "build", "--exclude-resource-type", "unit_test"],
            cwd=PROJECT_ROOT,
            env=dbt_environment(self._settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # Ctrl-C is passed on below, once and without dbt's traceback.
            start_new_session=True,
        )
        try:
            for line in process.stdout or ():
                sys.stdout.buffer.write(line)
                sys.stdout.buffer.flush()
            code = process.wait()
        except KeyboardInterrupt:
            self._console.print("Stopping dbt")
            _stop(process)
            raise
        if code:
            failure = WarehouseError(
                f"`dbt build` failed with exit code {code}",
                "see dbt's lines above and logs/dbt.log, then run `warehouse demo` again",
            )
            failure.exit_code = code if code > 0 else 1  # below 0: ended by a signal
            raise failure

    def _answers(self) -> list[Table]:
        from warehouse.sql.connection import connect

        marts, quality = map(self._settings.schema_name, ("marts", "quality"))
        with connect(self._settings) as connection:
            return [
                _rows(connection, marts),
                _figures(connection, marts),
                _top_products(connection, marts),
                _reconciliation(connection, quality),
                _ledger(connection, quality),
            ]

    def _times(self) -> Table:
        table = number_table("Time", "phase", "seconds")
        for name, seconds in self._seconds.items():
            table.add_row(name, f"{seconds:.1f}")
        table.add_section()
        table.add_row("Total", f"{sum(self._seconds.values()):.1f}")
        return table

    def _show_next_steps(self) -> None:
        marts = self._settings.schema_name("marts")
        self._console.print("\n[bold]Next[/bold]")
        for command, purpose in (
            ("source .venv/bin/activate", "then the commands below are found, and dbt too"),
            (f'warehouse sql -e "select * from {marts}.fct_sessions limit 5"', "ask the marts"),
            ("warehouse ledger", "what the shop did, and what landed of it"),
            ("warehouse docs", "every table and column, explained"),
            ("warehouse status", "the services and their web pages"),
            ("warehouse land SOURCE PATH…", "land logs of your own; then: dbt build"),
            ("warehouse down", "stop; the data stay"),
        ):
            self._console.print(f"  [cyan]{command:<60}[/cyan] {purpose}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let dbt cancel its statements and end; harder when it does not."""
    for interrupt in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(interrupt)
        try:
            process.communicate(timeout=SECONDS_TO_STOP_DBT)
            return
        except subprocess.TimeoutExpired:
            continue


def _rows(connection: "Connection", marts: str) -> Table:
    table = number_table("Rows of the marts", "mart", "rows")
    counts = " union all ".join(
        f"select '{mart}' as mart, count(*) as row_count from {marts}.{mart}" for mart in MARTS
    )
    found = dict(connection.execute(counts).rows)
    for mart in MARTS:
        table.add_row(f"{marts}.{mart}", f"{found[mart]:,}")
    return table


def _figures(connection: "Connection", marts: str) -> Table:
    """What the shop earned and how many of its sessions ended in a purchase."""
    table = number_table(f"The week of the {SOURCE}", "figure", "value")
    ((sessions, converted),) = connection.execute(
        f"select count(*), count_if(is_converted) from {marts}.fct_sessions "
        f"where source_system = '{SOURCE}' and not is_bot"
    ).rows
    ((orders, gross, net),) = connection.execute(
        f"""
        select
            count_if(is_purchase),
            coalesce(sum(gross_amount), 0),
            coalesce(sum(net_amount), 0)
        from {marts}.fct_orders
        where source_system = '{SOURCE}'
        """
    ).rows
    table.add_row("orders not cancelled", f"{orders:,}")
    table.add_row("sold before discounts and returns, EUR", f"{gross:,.2f}")
    table.add_row("revenue after discounts, returns and cancellations, EUR", f"{net:,.2f}")
    table.add_row("sessions of people", f"{sessions:,}")
    table.add_row("of them with a purchase", f"{converted:,}")
    table.add_row("conversion", f"{converted / sessions:.2%}" if sessions else "none")
    return table


def _top_products(connection: "Connection", marts: str) -> Table:
    table = number_table("Top products", "product", "bought", "revenue, EUR")
    found = connection.execute(
        f"""
        select
            product_id,
            sum(if(event_type = 'purchase', quantity, 0)) as bought,
            sum(revenue_amount) as revenue
        from {marts}.fct_events
        where source_system = '{SOURCE}' and event_type in ('purchase', 'return')
        group by product_id
        order by revenue desc, product_id
        limit 5
        """
    )
    for product, bought, revenue in found.rows:
        table.add_row(product, f"{bought:,}", f"{revenue:,.2f}")
    return table


def _reconciliation(connection: "Connection", quality: str) -> Table:
    """What became of the landed lines, and whether that accounts for every one of them."""
    names = ("line_count", "fact_count", "duplicate_count", "quarantined_count")
    sums = ", ".join(f"sum({name})" for name in names)
    found = connection.execute(
        f"select table_name, {sums}, bool_and(is_reconciled) from {quality}.file_reconciliation "
        f"where source_system = '{SOURCE}' group by table_name order by table_name"
    )
    table = number_table(
        "What became of every line",
        "landed as",
        "lines",
        "= facts",
        "+ duplicates, older states",
        "+ quarantined",
        "adds up",
    )
    for name, *counts, reconciled in found.rows:
        verdict = "[green]yes" if reconciled else "[red]no"
        table.add_row(name, *(f"{count:,}" for count in counts), verdict)
    return table


def _ledger(connection: "Connection", quality: str) -> Table:
    """Whether the marts equal what the simulated shop's own ledger says they should."""
    table = number_table("Built against the shop's ledger", "compared", "values", "as in ledger")
    found = connection.execute(
        "select comparison, value_count, difference_count, has_lapsed "
        f"from {quality}.ledger_reconciliation"
    )
    for name, values, differences, has_lapsed in found.rows:
        verdict = "[green]all" if not differences else f"[red]all but {differences:,}"
        if has_lapsed:
            verdict = "[yellow]later files are landed"
        table.add_row(name, f"{values:,}", verdict)
    return table
