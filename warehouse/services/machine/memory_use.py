"""How much memory processes take."""

from contextlib import suppress

import psutil


def family_memory(process: psutil.Process) -> int:
    """Memory of a process and all that it started, in bytes; what they share counts once.

    Raises:
        psutil.NoSuchProcess: it has ended.
    """
    memory = _own_memory(process)
    for child in process.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            memory += _own_memory(child)
    return memory


def _own_memory(process: psutil.Process) -> int:
    with suppress(psutil.AccessDenied, AttributeError):
        # Linux: its proportional share of each page.
        return process.memory_full_info().pss
    return process.memory_info().rss
