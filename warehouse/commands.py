"""The commands that start, stop and look after the cluster."""

import sys
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from warehouse.errors import UsageError, WarehouseError
from warehouse.settings import load_settings

STATE_COLOURS = {"running": "green", "starting": "yellow", "stopped": "red", "off": "dim"}
VERDICT_COLOURS = {"ok": "green", "warning": "yellow", "failure": "red"}


def register(application: typer.Typer) -> None:
    """Add the commands to the `warehouse` command."""
    for command in (up, down, restart, status, logs, doctor, sql, docs):
        application.command()(command)


def _say(line: str) -> None:
    Console(highlight=False).print(line)


def up() -> None:
    """Start every service but Airflow and wait until it answers; repairs what a crash left."""
    from warehouse import lifecycle

    settings = load_settings()
    began = time.monotonic()
    summary = lifecycle.up(settings, _say)
    if settings.target == "cluster":
        _say("The existing cluster answers; nothing was started.")
    elif summary.started:
        _say(f"[green]Up[/green] after {time.monotonic() - began:.1f} s. Next: warehouse status")
    else:
        _say("[green]Up[/green]: everything was running already.")


def down() -> None:
    """Stop every service, Airflow first; the data stays."""
    from warehouse import lifecycle

    stopped = lifecycle.down(load_settings(), _say)
    _say(f"Down: {stopped} processes stopped." if stopped else "Down: nothing was running.")


def restart(
    services: Annotated[
        list[str] | None, typer.Argument(help="Names as `warehouse status` shows; default: all.")
    ] = None,
) -> None:
    """Stop services and start them again; Airflow goes on running."""
    from warehouse import lifecycle

    lifecycle.restart(load_settings(), services or [], _say)
    _say("[green]Up[/green]")


def status() -> None:
    """Show what each service is doing; exits with 3 unless all run."""
    from warehouse.services.existing_cluster import existing_services
    from warehouse.status import read_airflow_status, read_status

    settings = load_settings()
    # Without frames it fits a terminal of 80 columns.
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    if settings.target == "cluster":
        for name in ("service", "state", "address"):
            table.add_column(name)
        found = existing_services(settings)
        for label, answers, address, _ in found:
            colour, state = ("green", "answers") if answers else ("red", "does not answer")
            table.add_row(label, f"[{colour}]{state}[/{colour}]", address)
        all_run = all(answers for _, answers, _, _ in found)
    else:
        for name in ("service", "state", "pid", "port", "memory", "uptime", "web page"):
            is_number = name in ("pid", "port", "memory")
            table.add_column(name, justify="right" if is_number else "left", no_wrap=True)
        airflow = read_airflow_status(settings)
        statuses = [*read_status(settings), *([airflow] if airflow else [])]
        for service in statuses:
            colour = STATE_COLOURS[service.state]
            table.add_row(
                service.name,
                f"[{colour}]{service.state}[/{colour}]",
                str(service.pid or ""),
                str(service.port),
                f"{service.memory / 2**20:,.0f} MiB" if service.memory else "",
                _duration(service.uptime) if service.uptime else "",
                (service.web_page or "").removeprefix("http://"),
            )
        all_run = all(service.state in ("running", "off") for service in statuses)
    Console(highlight=False).print(table)
    if not all_run:
        raise typer.Exit(3)


def logs(
    service: Annotated[
        str | None,
        typer.Argument(
            help="A name as `warehouse status` shows, or one of Airflow's, such as "
            "airflow-scheduler; default: all."
        ),
    ] = None,
    lines: Annotated[int, typer.Option(min=1, help="How many lines of each.")] = 50,
    follow: Annotated[bool, typer.Option(help="Go on printing what is added.")] = False,
) -> None:
    """Show the end of one service's log, or of all."""
    from warehouse.services.airflow.service import log_names
    from warehouse.services.machine import processes
    from warehouse.services.services import service_names

    settings = load_settings()
    known = [*service_names(settings), *log_names(settings)]
    if service and service not in known:
        raise UsageError(f"There is no service {service}", f"one of {', '.join(known)}")
    files = [processes.log_file(settings, name) for name in ([service] if service else known)]
    files = [file for file in files if file.exists()]
    if not files:
        raise WarehouseError("There are no logs yet", "run `warehouse up`")
    ends = {file: _print_end(file, lines, titled=len(files) > 1) for file in files}
    while follow:
        time.sleep(0.5)
        for file, end in ends.items():
            ends[file] = _print_from(file, end)


def doctor() -> None:
    """Check everything the warehouse needs; names the fix for what is wrong."""
    from warehouse.doctor import examine

    failures = 0
    console = Console(highlight=False, soft_wrap=True)
    for finding in examine(load_settings()):
        colour = VERDICT_COLOURS[finding.verdict]
        fix = f" Fix: {finding.fix}." if finding.fix else ""
        console.print(
            f"[{colour}]{finding.verdict:<8}[/{colour}] {finding.check}: {finding.detail}.{fix}"
        )
        failures += finding.verdict == "failure"
    if failures:
        raise typer.Exit(1)


def sql(
    execute: Annotated[
        str | None, typer.Option("-e", "--execute", help="Run these statements and leave.")
    ] = None,
) -> None:
    """Open a SQL prompt on the Thrift Server, or run statements."""
    from warehouse.sql import prompt

    settings = load_settings()
    if execute is not None:
        prompt.run_statements(settings, execute)
    elif sys.stdin.isatty():
        prompt.prompt(settings)
    else:
        prompt.run_statements(settings, sys.stdin.read())


def docs() -> None:
    """Build the docs site of the models and serve it until Ctrl-C."""
    from warehouse.docs import site

    settings = load_settings()
    site.refuse_a_taken_port(settings)
    folder = site.build(settings, _say)
    with site.server(settings, folder) as server:
        _say(f"The docs are at http://127.0.0.1:{server.server_port} until you press Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            _say("Stopped.")


def _duration(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}"


def _print_end(file: Path, lines: int, titled: bool) -> int:
    content = file.read_bytes()
    if titled:
        _say(f"[bold]{file.stem}[/bold] ({file})")
    for line in content.decode(errors="replace").splitlines()[-lines:]:
        print(line)
    return len(content)


def _print_from(file: Path, start: int) -> int:
    with file.open("rb") as log:
        log.seek(start)
        added = log.read()
    if added:
        print(added.decode(errors="replace"), end="", flush=True)
    return start + len(added)
