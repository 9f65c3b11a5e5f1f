"""Whether HDFS takes and gives files, and waiting until it does."""

import json
import time
from collections.abc import Callable

from warehouse.errors import ServiceUnavailable
from warehouse.services import hdfs, readiness
from warehouse.services.java import find_java
from warehouse.services.libraries import fetch_libraries
from warehouse.services.machine.memory import machine_memory_mib, memory_budget
from warehouse.settings import Settings

# What a NameNode with much to read may take until it has heard of every block.
TIMEOUT = 120


def wait_for_hdfs(settings: Settings, say: Callable[[str], None]) -> None:
    """Wait until a file can be written and read; takes the NameNode out of a lasting safe mode."""
    deadline = time.monotonic() + TIMEOUT
    safe_mode_deadline = time.monotonic() + 20
    while not hdfs_works(settings):
        now = time.monotonic()
        if now > safe_mode_deadline and _is_in_safe_mode(settings):
            say("The NameNode stays in safe mode; asking it to leave")
            java = find_java(settings)
            libraries = fetch_libraries(settings, java, say)
            memory = memory_budget(settings, machine_memory_mib())
            hdfs.leave_safe_mode(settings, java, libraries, memory)
            safe_mode_deadline = now + 20
        if now > deadline:
            raise ServiceUnavailable(
                "HDFS takes no file", "see `warehouse logs namenode` and `warehouse doctor`"
            )
        time.sleep(0.2)


def _is_in_safe_mode(settings: Settings) -> bool:
    try:
        return bool(hdfs.namenode_state(settings).get("Safemode"))
    except OSError:
        return False


def hdfs_works(settings: Settings) -> bool:
    """Whether a file can be written and read; the answer comes within seconds."""
    # The port first: the client retries a refused connection for a long time.
    if not readiness.answers(*readiness.host_and_port(settings.hdfs)):
        return False
    if settings.target == "embedded":
        try:
            state = hdfs.namenode_state(settings)
        except OSError:
            return False
        live = _json_length(state.get("LiveNodes"))
        if state.get("Safemode") or live < 1:
            return False
        # The NameNode takes a DataNode for alive until ten minutes after its end.
        ports = [settings.port("datanode", number) for number in range(settings.datanodes)]
        if not any(readiness.answers("127.0.0.1", port) for port in ports):
            return False
    return readiness.within(readiness.TIMEOUT, lambda: _takes_a_file(settings))


def _takes_a_file(settings: Settings) -> bool:
    try:
        hdfs.round_trip(settings)
    except Exception:
        return False
    return True


def _json_length(text: object) -> int:
    """Number of entries of a JSON object within a JSON text, as the NameNode lists its nodes."""

    return len(json.loads(str(text or "{}")))
