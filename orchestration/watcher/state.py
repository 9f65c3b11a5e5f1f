"""What the task of a node makes of the outcome that the task which builds has told."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

GOOD = ("success", "pass", "warn", "no-op")
FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")


class Verdict(Enum):
    """What the task of a node does next."""

    WAIT = auto()
    SUCCEED = auto()
    FAIL = auto()
    SKIP = auto()
    RUN = auto()


def decide(
    outcome: Mapping[str, Any] | None, build_state: str | None, is_asked_again: bool
) -> tuple[Verdict, str]:
    """What follows from an outcome, and why, in a few words.

    Args:
        outcome: status, message and seconds, once the build has told it.
        build_state: Airflow's state of the task that builds; None before it was scheduled.
        is_asked_again: whether the task was cleared after the build had ended, to run its node.
    """
    is_over = build_state in FINAL
    if is_asked_again and is_over:
        return Verdict.RUN, "asked for again after the build ended"
    if outcome is not None and outcome["status"] in GOOD:
        return Verdict.SUCCEED, _told(outcome)
    # A failed build may be tried again, which failed data tests are not.
    if not is_over and not (outcome is not None and outcome["status"] == "fail"):
        return Verdict.WAIT, "not built yet"
    if outcome is not None:
        return Verdict.FAIL, _told(outcome)
    if build_state == "success":
        return Verdict.SUCCEED, "nothing to do in this build"
    if build_state == "skipped":
        return Verdict.SKIP, "there was nothing to build"
    return Verdict.FAIL, "not built, because what comes before it failed"


def _told(outcome: Mapping[str, Any]) -> str:
    message = f": {outcome['message']}" if outcome["message"] else ""
    return f"{outcome['status']} after {outcome['seconds']} s{message}"
