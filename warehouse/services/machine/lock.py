"""A lock between processes."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(file: Path, when_taken: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock that the system releases even when this process is killed.

    Args:
        file: stands for what is locked; made where missing, and kept.
        when_taken: called once if another process holds the lock, before waiting for it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            when_taken()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
