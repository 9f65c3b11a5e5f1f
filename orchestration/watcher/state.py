"""What the task of a node decides from the outcome that the build has pushed."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

GOOD = ("success", "pass", "warn", "no-op")
FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")


class Decision(Enum):
    """What the task of a node does next."""

    WAIT = auto()
    SUCCEED = auto()
    FAIL = auto()
    SKIP = auto()
    RUN = auto()


def decide(
    outcome: Mapping[str, Any] | None, build_state: str | None, is_asked_again: bool
) -> tuple[Decision, str]:
    """What follows from an outcome, and why, in a few words.

    Args:
        outcome: status, message and seconds, once the build has pushed it.
        build_state: Airflow's state of the task that builds; None before it was scheduled.
        is_asked_again: whether the task was cleared after the build had ended, to run its node.
    """
    is_over = build_state in FINAL
    if is_asked_again and is_over:
        return Decision.RUN, "asked for again after the build ended"
    if outcome is not None and outcome["status"] in GOOD:
        return Decision.SUCCEED, _summary(outcome)
    # A failed build may be tried again, which failed data tests are not.
    if not is_over and not (outcome is not None and outcome["status"] == "fail"):
        return Decision.WAIT, "not built yet"
    if outcome is not None:
        return Decision.FAIL, _summary(outcome)
    if build_state == "success":
        return Decision.SUCCEED, "nothing to do in this build"
    if build_state == "skipped":
        return Decision.SKIP, "there was nothing to build"
    return Decision.FAIL, "not built, because what comes before it failed"


def _summary(outcome: Mapping[str, Any]) -> str:
    message = f": {outcome['message']}" if outcome["message"] else ""
    return f"{outcome['status']} after {outcome['seconds']} s{message}"
