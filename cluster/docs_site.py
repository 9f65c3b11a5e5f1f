"""Builds dbt's docs site of the models and serves it."""

import subprocess
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cluster.environment import dbt_environment
from cluster.ports import port_is_free, port_owner
from errors import WarehouseError
from settings import PROJECT_ROOT, Settings


class _QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def build(settings: Settings) -> Path:
    """Build the site anew; returns its folder, which a later `dbt` does not write to.

    Raises:
        WarehouseError: its port is taken, or dbt failed, after it said why.
    """
    if not port_is_free(settings.port("docs")):
        raise _port_is_taken(settings)
    folder = settings.data_folder.resolve() / "docs"
    built = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "docs", "generate", "--target-path", folder],
        env=dbt_environment(settings),
        cwd=PROJECT_ROOT,
        check=False,
    )
    if built.returncode:
        raise WarehouseError(
            "The docs could not be built",
            "see the lines above; the tables must be there, so run `dbt build` first",
        )
    return folder


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
