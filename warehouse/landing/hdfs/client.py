"""HDFS as landing uses it: a client, and errors a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager

import hdfs_native

from warehouse.errors import ServiceUnavailable, WarehouseError
from warehouse.settings import Settings

# The client's own timeout is minutes; a cluster that is up answers at once.
_CONFIGURATION = {
    "dfs.client.failover.max.attempts": "4",
    "dfs.client.failover.sleep.base.millis": "250",
    "dfs.client.failover.sleep.max.millis": "2000",
}


def connect_to_hdfs(settings: Settings) -> hdfs_native.Client:
    """A client of the settings' NameNode; it connects with its first call."""
    return hdfs_native.Client(settings.hdfs, _CONFIGURATION)


@contextmanager
def hdfs_errors(settings: Settings, doing: str) -> Iterator[None]:
    """Turn what the client raises into one line; a missing file stays a FileNotFoundError.

    Args:
        doing: what failed, to begin the line with, such as `Storing events.csv`.

    Raises:
        ServiceUnavailable: the NameNode or every DataNode is out of reach.
        WarehouseError: HDFS refused.
    """
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if "os error" in reason or isinstance(error, ConnectionError):
            fix = "run `warehouse status`" if settings.target == "embedded" else "check the cluster"
            raise ServiceUnavailable(
                f"{doing} failed: HDFS at {settings.hdfs} does not answer ({reason})", fix
            ) from error
        if "could only be written to" in str(error) or "out of space" in str(error).lower():
            raise WarehouseError(
                f"{doing} failed: HDFS has no room for it",
                "free disk space on the DataNodes, then run the command again",
            ) from error
        raise WarehouseError(f"{doing} failed: {reason}", "run `warehouse doctor`") from error
