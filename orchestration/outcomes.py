"""What the task of a node makes of the outcome that the task which builds has told."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

GOOD = ("success", "pass", "warn", "no-op")
_FINAL = ("success", "failed", "skipped", "upstream_failed", "removed")


class Verdict(Enum):
    """What the task of a node does next."""

    WAIT = auto()
    SUCCEED = auto()
    FAIL = auto()
    SKIP = auto()
    RUN = auto()


def decide(
    outcome: Mapping[str, Any] | None, build_state: str | None, own_try: int
) -> tuple[Verdict, str]:
    """What follows from an outcome, and why, in a few words.

    A task that was cleared after the build had its say runs its node itself. It is known by more
    tries than the build had; or by a second try at what the build did not bring to a good end.

    Args:
        outcome: status, message, seconds and build_try, once the build has told it.
        build_state: Airflow's state of the task that builds; None before it was scheduled.
        own_try: which try of the node's own task this is, counted from 1.
    """
    is_over = build_state in _FINAL
    if outcome is not None and own_try <= outcome["build_try"]:
        if outcome["status"] in GOOD:
            return Verdict.SUCCEED, _told(outcome)
        if outcome["status"] == "fail":
            # Failed data tests are not tried again, so there is nothing to wait for.
            return Verdict.FAIL, _told(outcome)
    if not is_over:
        return Verdict.WAIT, "not built yet"
    if own_try > 1:
        return Verdict.RUN, "asked for again after the build ended"
    if outcome is not None:
        is_skipped = outcome["status"] == "skipped"
        return Verdict.SKIP if is_skipped else Verdict.FAIL, _told(outcome)
    if build_state == "success":
        return Verdict.SUCCEED, "nothing to do in this build"
    if build_state == "failed":
        return Verdict.SKIP, "the build ended before it"
    return Verdict.SKIP, "there was no build"


def _told(outcome: Mapping[str, Any]) -> str:
    message = f": {outcome['message']}" if outcome["message"] else ""
    return f"{outcome['status']} after {outcome['seconds']} s{message}"
