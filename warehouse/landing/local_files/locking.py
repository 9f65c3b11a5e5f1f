"""Files on this machine while they are landed: opened, locked, measured."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from warehouse.errors import UsageError


def open_file(path: Path) -> BinaryIO:
    """Open a file to read its bytes.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "check the file") from None


def try_lock(opened: BinaryIO) -> bool:
    """Keep other landings on this machine off the file; false where one is at it.

    The system lets go of the lock when the file is closed or the process dies.
    """
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks; the commit still keeps content from landing twice.
        return True
    return True


def wait_for_lock(opened: BinaryIO) -> None:
    """Keep other landings off the file, once the one that is at it has finished."""
    fcntl.flock(opened, fcntl.LOCK_EX)


def size_in_trailer(opened: BinaryIO) -> int:
    """The decompressed size modulo 2³² that ends a gzip file, or that of its last part."""
    opened.seek(-min(4, os.fstat(opened.fileno()).st_size), os.SEEK_END)
    return int.from_bytes(opened.read(4), "little")


def size_in_trailer_of(path: Path) -> int:
    """The same of a file that is not open."""
    with open_file(path) as opened:
        return size_in_trailer(opened)
