"""Looking at something again and again while a benchmark does its work."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def meanwhile(look: Callable[[], None], seconds: float) -> Iterator[None]:
    """Call `look` on another thread every so many seconds, until the end of the block."""
    done = threading.Event()

    def repeat() -> None:
        while not done.wait(seconds):
            look()

    thread = threading.Thread(target=repeat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
