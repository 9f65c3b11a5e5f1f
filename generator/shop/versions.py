"""Versions of users and products: what the daily extracts land, and when."""

from dataclasses import dataclass

import numpy as np

from generator.plan import DAY_MS, Plan
from generator.shop.columns import Columns
from generator.shop.randomness import below, draws, happens, stream_key

# A moment that does not come, in milliseconds since 1970.
NEVER = np.int64(2**61)
NEVER_LANDED = np.int32(1 << 30)
LATEST_DAYS = 10


@dataclass(frozen=True)
class Versions(Columns):
    """States of users or products in the order of (owner, time); one array entry per version.

    Attributes:
        owner: position of the user or product among those asked for.
        slot: which kind of change made the version: 0 the first, then changes, the last a deletion.
        updated_ms: when it became true, in milliseconds since 1970.
        landed_day: the day its line lands, counted from 0; `NEVER_LANDED` where it does not.
        again_day: the day on which the same line lands once more; `NEVER_LANDED` for most.
        malformed: whether the line is damaged beyond reading.
        is_late: whether it lands later than it should.
        key: uint64 draws to draw further for each version.
    """

    owner: np.ndarray
    slot: np.ndarray
    updated_ms: np.ndarray
    landed_day: np.ndarray
    again_day: np.ndarray
    malformed: np.ndarray
    is_late: np.ndarray
    key: np.ndarray

    @property
    def known_from_day(self) -> np.ndarray:
        """The day on which a sound line of each version lands; `NEVER_LANDED` for none."""
        return np.where(self.malformed, NEVER_LANDED, self.landed_day)

    def true_day(self, plan: Plan) -> np.ndarray:
        """The day on which each version became true; the first for those from before."""
        return _days_of(plan, self.updated_ms)

    def owners_known_from(self, owners: int) -> np.ndarray:
        """Per owner the day on which a sound line of any version lands first."""
        first = np.full(owners, NEVER_LANDED)
        np.minimum.at(first, self.owner, self.known_from_day)
        return first


def versions_of(
    plan: Plan, table: str, key: np.ndarray, moments: np.ndarray, missing: np.ndarray
) -> Versions:
    """The versions at the given moments.

    Args:
        table: names the stream of draws.
        key: draws of the owners.
        moments: one row per owner, in the order of time; the first and the last column are the
            first state and the deletion. Moments after the plan's end do not happen.
        missing: owners of whom no line ever lands.
    """
    happened = moments < plan.start_ms + plan.days * DAY_MS
    owner, slot = np.nonzero(happened)
    updated = moments[owner, slot]
    drawn = draws(key[owner] ^ np.uint64(stream_key(plan.seed, f"{table} versions")), slot)
    day = _days_of(plan, updated)
    # The full extract of the first day is on time.
    late = np.where(updated < plan.start_ms, 0, late_days(drawn, plan.dirt.late))
    landed = day + late
    landed[(landed >= plan.days) | missing[owner]] = NEVER_LANDED
    further = draws(drawn, 1)
    malformed = happens(further, 16, 20, plan.dirt.malformed)
    again = np.where(
        happens(further, 0, 16, plan.dirt.duplicate) & ~malformed, landed, NEVER_LANDED
    )
    return Versions(owner, slot, updated, landed, again, malformed, late > 0, drawn)


def _days_of(plan: Plan, moments: np.ndarray) -> np.ndarray:
    days: np.ndarray = np.maximum((moments - plan.start_ms) // DAY_MS, 0)
    return days


def late_days(drawn: np.ndarray, rate: float) -> np.ndarray:
    """By how many days lines land late: 1 to 10, and 0 for those on time; uses bits 0 to 31."""
    return np.where(happens(drawn, 0, 20, rate), 1 + below(drawn, 20, 12, LATEST_DAYS), 0)
