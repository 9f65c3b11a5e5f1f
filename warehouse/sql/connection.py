"""SQL over the Spark Thrift Server."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pyhive import hive
from pyhive.exc import Error as HiveError
from thrift.transport.TTransport import TTransportException

from warehouse.errors import ServiceUnavailable, WarehouseError
from warehouse.settings import Settings

# A refused connection is raised as an error; the library would print a line of its own as well.
logging.getLogger("thrift.transport.TSocket").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Result:
    """What a statement returned: column names and rows of Python values."""

    columns: list[str]
    rows: list[tuple[Any, ...]]


class Connection:
    """One session on the Thrift Server."""

    def __init__(self, session: hive.Connection) -> None:
        self._session = session

    def execute(self, statement: str) -> Result:
        """Run one statement and fetch all of its rows.

        Raises:
            WarehouseError: the server rejected the statement; carries the first line of its reason.
            ServiceUnavailable: the connection was lost.
        """
        cursor = self._session.cursor()
        try:
            cursor.execute(statement)
            if cursor.description is None:
                return Result([], [])
            columns = [column[0].split(".")[-1] for column in cursor.description]
            return Result(columns, cursor.fetchall())
        except HiveError as error:
            raise WarehouseError(f"SQL failed: {_reason(error)}") from error
        except (TTransportException, OSError) as error:
            raise ServiceUnavailable(
                "The Spark Thrift Server closed the connection", "run `warehouse status`"
            ) from error
        finally:
            cursor.close()


def _reason(error: HiveError) -> str:
    """The server's own first line, without the stack trace behind it."""
    status = getattr(error.args[0], "status", None) if error.args else None
    text = getattr(status, "errorMessage", None) or str(error)
    # "Error running query: [CLASS] some.java.Exception: [CLASS] the reason.", where the reason
    # may begin on a line of its own.
    text = text.strip().removeprefix("Error running query: ")
    text = re.sub(r"^(\[[\w.]+\] )?[\w.]+\.\w*(Exception|Error):\s+", "", text)
    line = text.splitlines()[0] if text else "the server gave no reason"
    return line.rstrip(". ")


@contextmanager
def connect(settings: Settings) -> Iterator[Connection]:
    """Open a session on the Thrift Server of the settings, closed at the end of the block.

    Raises:
        ServiceUnavailable: nothing answers there.
    """
    host, port = settings.thrift_server
    try:
        session = hive.connect(host=host, port=port, auth="NONE", username="warehouse")
    except (TTransportException, OSError, HiveError) as error:
        fix = "run `warehouse up`" if settings.target == "embedded" else "check WAREHOUSE_THRIFT_*"
        raise ServiceUnavailable(
            f"The Spark Thrift Server does not answer at {host}:{port}", fix
        ) from error
    try:
        yield Connection(session)
    finally:
        with suppress(TTransportException, OSError, HiveError):
            session.close()
