"""Whether a service answers. Every question has a time limit: a service that waits for another one
may keep its asker waiting for ever."""

import socket
import threading
from collections.abc import Callable

import psycopg

from warehouse.errors import WarehouseError
from warehouse.services import postgresql
from warehouse.settings import Settings
from warehouse.sql.connection import connect

# A healthy server answers within a second, on a busy machine within a few.
TIMEOUT = 15


def answers(host: str, port: int) -> bool:
    """Whether anything listens on a port; nothing does where there is no port of that number."""
    try:
        with socket.create_connection((host, port), timeout=3):
            return True
    except (OSError, OverflowError):
        return False


def postgresql_answers(settings: Settings) -> bool:
    """Whether PostgreSQL answers a query."""
    try:
        with postgresql.connect(settings) as connection:
            return connection.execute("select 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def thrift_answers(settings: Settings) -> bool:
    """Whether the Thrift Server answers a query."""

    def ask() -> bool:
        try:
            with connect(settings) as connection:
                return connection.execute("select 1").rows == [(1,)]
        except WarehouseError:
            return False

    return answers(*settings.thrift_server) and within(TIMEOUT, ask)


def within(seconds: float, ask: Callable[[], bool]) -> bool:
    """The answer to a question, or False when it is not there in time."""
    replies: list[bool] = []
    # A thread that nobody waits for: the question itself cannot be taken back.
    thread = threading.Thread(target=lambda: replies.append(ask()), daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(replies and replies[0])


def host_and_port(address: str) -> tuple[str, int]:
    """The parts of an address like thrift://host:port."""
    host, _, port = address.split("//")[-1].partition(":")
    return host, int(port)
