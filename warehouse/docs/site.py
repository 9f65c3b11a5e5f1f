"""Builds the docs site and serves it: dbt's own pages, and below `lineage` those of dbdocs."""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from warehouse.docs.artifacts import write_adapted
from warehouse.errors import WarehouseError
from warehouse.services.machine.ports import port_is_free, port_owner
from warehouse.settings import PROJECT_ROOT, Settings
from warehouse.sql.dbt_environment import dbt_environment


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def build(settings: Settings, say: Callable[[str], None]) -> Path:
    """Rebuild the site; returns its folder, which a later `dbt` does not write to.

    The SQL and the lineage are those of the last time while the project is the same.

    Raises:
        WarehouseError: dbt or dbdocs failed, after they said why.
    """
    folder = settings.data_folder.resolve() / "docs"
    target = folder / "target"
    fix = "see the lines above; the tables must be there, so run `dbt build` first"
    environment = dbt_environment(settings)
    say("Asking Spark for every table, its columns and its size")
    _run(["dbt", "docs", "generate", "--no-compile", "--target-path", target], environment, fix)
    project, remembered = _project_of(environment), folder / "project"
    if not remembered.exists() or remembered.read_text() != project:
        # Else it would be the SQL of a run that finds little or nothing to do.
        say("Compiling the SQL of every model, as a first build would run it")
        _run(["dbt", "compile", "--full-refresh", "--target-path", target], environment, fix)
        say("Tracing every column to where it comes from")
        _trace(target, folder / "lineage", environment)
        shutil.copy(target / "manifest.json", folder)
        remembered.write_text(project)
    for name in ("index.html", "catalog.json"):
        shutil.copy(target / name, folder)
    return folder


def _project_of(environment: dict[str, str]) -> str:
    """What the SQL and the lineage follow from: the same text for the same project and schemas."""
    digest = hashlib.md5(usedforsecurity=False)
    for name in ("WAREHOUSE_TARGET", "WAREHOUSE_SCHEMA_PREFIX"):
        digest.update(environment[name].encode())
    files = [PROJECT_ROOT / name for name in ("dbt_project.yml", "requirements.txt")]
    for name in ("models", "macros", "seeds", "analyses", "tests/dbt", "warehouse/docs"):
        files += sorted((PROJECT_ROOT / name).rglob("*.*"))
    for file in files:
        if file.is_file() and file.suffix != ".pyc":
            digest.update(f"{file.relative_to(PROJECT_ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _trace(target: Path, lineage: Path, environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as adapted:
        artifacts = Path(adapted, "target")
        artifacts.mkdir()
        dbt_manifest, catalog = (
            json.loads((target / f"{name}.json").read_text()) for name in ("manifest", "catalog")
        )
        write_adapted(dbt_manifest, catalog, artifacts)
        configuration = PROJECT_ROOT / "warehouse" / "docs" / "dbdocs.yml"
        command: list[str | Path] = ["dbdocs", "--config", configuration, "generate", "-o", lineage]
        _run(command, environment, "see the lines above", cwd=Path(adapted))


def _run(
    command: list[str | Path], environment: dict[str, str], fix: str, cwd: Path = PROJECT_ROOT
) -> None:
    """Run a program of the virtual environment; what it says is shown if it fails."""
    program = Path(sys.executable).with_name(str(command[0]))
    answer = subprocess.run(
        [program, *command[1:]],
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        print(answer.stdout, end="")
        raise WarehouseError("The docs could not be built", fix)


def refuse_a_taken_port(settings: Settings) -> None:
    """To be asked before the site is built in order to serve it.

    Raises:
        WarehouseError: another program listens on its port.
    """
    if not port_is_free(settings.port("docs")):
        raise _port_is_taken(settings)


def server(settings: Settings, folder: Path) -> ThreadingHTTPServer:
    """A server of the site that listens on the loopback address already.

    `dbt docs serve` would end with a traceback when it is interrupted.

    Raises:
        WarehouseError: its port was taken meanwhile.
    """
    address = ("127.0.0.1", settings.port("docs"))
    try:
        return ThreadingHTTPServer(address, partial(_QuietHandler, directory=folder))
    except OSError as error:
        raise _port_is_taken(settings) from error


def _port_is_taken(settings: Settings) -> WarehouseError:
    port = settings.port("docs")
    return WarehouseError(
        f"Port {port}, which the docs need, is taken by {port_owner(port)}",
        "stop that program, or set WAREHOUSE_PORT_BASE to move all ports",
    )
