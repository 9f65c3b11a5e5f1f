"""Airflow's database, within the embedded PostgreSQL."""

import subprocess
import sys
from importlib.metadata import version

import psycopg

from warehouse.errors import ServiceUnavailable, WarehouseError
from warehouse.services import postgresql
from warehouse.services.airflow.configuration import DATABASE, airflow_environment
from warehouse.settings import Settings

_MIGRATE = "from airflow.utils.db import upgradedb; upgradedb()"


def is_current(settings: Settings) -> bool:
    """Whether the database is there, with the tables of the installed Airflow.

    Raises:
        ServiceUnavailable: PostgreSQL does not answer.
    """
    return _version_of_tables(settings) == _installed()


def prepare(settings: Settings) -> None:
    """Make the database where it is missing; bring its tables to the installed Airflow.

    Raises:
        ServiceUnavailable: PostgreSQL does not answer.
        WarehouseError: the tables could not be made.
    """
    if is_current(settings):
        return
    with _connection(settings) as connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f"create database {DATABASE}")
        # The function that Airflow's own command calls: without that command's imports, and without
        # its waiting for three seconds before it starts.
        answer = subprocess.run(
            [sys.executable, "-c", _MIGRATE],
            env=airflow_environment(settings),
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if answer.returncode:
            last = (answer.stderr or answer.stdout).strip().splitlines()[-1:]
            raise WarehouseError(
                f"Airflow {_installed()} could not make its tables: {' '.join(last)[:300]}",
                "if they are of a newer Airflow, run `make install` to get that one; "
                "else run `warehouse airflow up` again",
            )
        # Kept with the tables themselves, so that it goes where they go.
        connection.execute(f"comment on database {DATABASE} is '{_installed()}'")


def _version_of_tables(settings: Settings) -> str | None:
    with _connection(settings) as connection:
        row = connection.execute(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = %s",
            [DATABASE],
        ).fetchone()
    return row[0] if row else None


def _installed() -> str:
    return version("apache-airflow-core")


def _connection(settings: Settings) -> psycopg.Connection:
    try:
        return postgresql.connect(settings)
    except psycopg.OperationalError as error:
        raise ServiceUnavailable(
            f"PostgreSQL does not answer on port {settings.port('postgresql')}",
            "run `warehouse up`; `warehouse logs postgresql` shows why",
        ) from error
