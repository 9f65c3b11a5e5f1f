"""The people who visit the shop: their lives as closed formulas of who they are.

People are numbered: registered users first, then people who never sign up, then bots.
"""

import itertools
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil

import numpy as np

from generator.plan import DAY_MS, Plan
from generator.shop.randomness import (
    QUANTILES,
    below,
    choice_table,
    draws,
    exponential_table,
    happens,
    lognormal_table,
    part,
    quantile,
    stream_key,
)
from generator.shop.versions import NEVER

DEVICE_NAMES = ("mobile", "desktop", "tablet")
TIERS = ("none", "bronze", "silver", "gold")
GENDERS = ("female", "male", "other", "")
# Before they sign up people look around for up to this many days.
VISITOR_DAYS = 14
_LEVEL_RATIO = 1.15
_LOWEST_MEAN = 0.001
_LEVELS = 96
_EVENTS_OF_A_BOT_VISIT = 90
_CALIBRATION_PEOPLE = 20_000
_CALIBRATION_DAYS = 8


@dataclass(frozen=True)
class People:
    """A run of consecutive people; arrays have one entry per person.

    Attributes:
        first: number of the first person.
        key: uint64 draws to draw further for each person.
        is_user, is_bot: the others never sign up.
        weight: visits of the person, in thousandths of the usual.
        readiness_to_buy: how readily the person buys, in thousandths of the usual.
        signed_up_ms, deleted_ms: moments since 1970; `NEVER` where it does not happen.
        active_from, active_until: days of the spells of activity, one column per spell.
        category: the favourite category.
        device: kind of device per device slot (two columns); the same twice for most.
        hides: per device slot, whether the device blocks cookies.
    """

    first: int
    key: np.ndarray
    is_user: np.ndarray
    is_bot: np.ndarray
    weight: np.ndarray
    readiness_to_buy: np.ndarray
    signed_up_ms: np.ndarray
    deleted_ms: np.ndarray
    active_from: np.ndarray
    active_until: np.ndarray
    category: np.ndarray
    device: np.ndarray
    hides: np.ndarray

    def __len__(self) -> int:
        return len(self.key)

    @property
    def numbers(self) -> np.ndarray:
        """The persons' numbers."""
        return np.arange(self.first, self.first + len(self))

    def active(self, days: np.ndarray) -> np.ndarray:
        """Whether each person (rows) visits on each of the days (columns)."""
        from_day, until_day = self.active_from[:, None, :], self.active_until[:, None, :]
        day = days[None, :, None]
        return np.asarray(((from_day <= day) & (day < until_day)).any(axis=2))


def headcount(plan: Plan) -> tuple[int, int, int]:
    """How many registered users, people who never sign up, and bots there are."""
    bot_events = plan.events_per_day * plan.visits.bot_share
    anonymous = round(plan.users * plan.people.anonymous_per_user)
    return plan.users, anonymous, ceil(bot_events / _EVENTS_OF_A_BOT_VISIT / 4)


class Population:
    """All people of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.users, self.anonymous, self.bots = headcount(plan)
        self.size = self.users + self.anonymous + self.bots
        bot_events = plan.events_per_day * plan.visits.bot_share
        self._bot_mean = bot_events / _EVENTS_OF_A_BOT_VISIT / max(self.bots, 1)
        self._visit_mean = self._calibrate()

    def block(self, first: int, last: int) -> People:
        """The people numbered from `first` to `last` - 1."""
        plan, rates = self.plan, self.plan.people
        numbers = np.arange(first, min(last, self.size))
        key = draws(stream_key(plan.seed, "people"), numbers)
        traits, life, habits = draws(key, 1), draws(key, 2), draws(key, 3)
        is_user = numbers < self.users
        is_bot = numbers >= self.users + self.anonymous
        weight = quantile(lognormal_table(1000, 0.7, 20_000), traits, 0)
        weight = np.where(is_user, weight, weight * 2 // 5)
        signed_up = self._sign_ups(life, is_user)
        deleted = self._deletions(draws(key, 4), signed_up, is_user)
        active_from, active_until = self._spells(key, signed_up, deleted, is_user)
        devices = choice_table([self._device_share(name) for name in DEVICE_NAMES])
        device = np.stack([quantile(devices, habits, 0), quantile(devices, habits, 12)], axis=1)
        several = happens(habits, 24, 12, rates.several_devices)
        device[:, 1] = np.where(several, device[:, 1], device[:, 0])
        device[is_bot] = DEVICE_NAMES.index("desktop")
        hides = np.stack(
            [happens(habits, offset, 12, rates.without_session_id) for offset in (36, 48)], axis=1
        )
        hides[:, 1] = np.where(several, hides[:, 1], hides[:, 0])
        hides[is_bot] = False
        return People(
            first=first,
            key=key,
            is_user=is_user,
            is_bot=is_bot,
            weight=weight,
            readiness_to_buy=quantile(lognormal_table(900, 0.5, 4_000), traits, 12),
            signed_up_ms=signed_up,
            deleted_ms=deleted,
            active_from=active_from,
            active_until=active_until,
            category=below(traits, 24, 16, 8),
            device=device,
            hides=hides,
        )

    def visit_counts(self, people: People, days: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many visits each person (rows) begins on each of the days (columns).

        Returns:
            The counts, and uint64 draws to draw further for each person and day.
        """
        key = draws(people.key[:, None], days[None, :] + 1000)
        mean = self._visit_mean * people.weight / 1000
        mean = np.where(people.is_bot, self._bot_mean, mean)
        traffic = np.array([self.traffic(int(day)) for day in days])
        level = _levels_of(mean[:, None] * traffic[None, :])
        counts = _visit_table()[level, part(key, 0, 12)]
        return counts * people.active(days), key

    def traffic(self, day: int) -> float:
        """The factor on visits of a day: weekday, season and campaigns."""
        visits, on = self.plan.visits, self.plan.date_of(day)
        factor = visits.weekday_weights[on.weekday()] * 7 / sum(visits.weekday_weights)
        factor *= visits.month_weights[on.month - 1]
        for campaign in visits.campaigns:
            if 0 <= (on - campaign.first_date).days < campaign.days:
                factor *= campaign.traffic
        return factor

    def _device_share(self, name: str) -> float:
        device = self.plan.visits.devices.get(name)
        return device.share if device else 0

    def _sign_ups(self, life: np.ndarray, is_user: np.ndarray) -> np.ndarray:
        """Moments of sign-up: up to 1,000 days before the start, or evenly over the days."""
        plan = self.plan
        before = happens(life, 0, 16, plan.people.signed_up_before)
        back = below(life, 16, 24, 1000 * DAY_MS // 1000) * 1000 + part(life, 40, 10)
        within = below(life, 16, 24, plan.days * DAY_MS // 1000) * 1000 + part(life, 40, 10)
        moment = plan.start_ms + np.where(before, -1 - back, within)
        return np.where(is_user, moment, NEVER)

    def _deletions(
        self, drawn: np.ndarray, signed_up: np.ndarray, is_user: np.ndarray
    ) -> np.ndarray:
        """Moments of deletion, in the afternoon of a day after the sign-up's."""
        plan = self.plan
        rate = min(1.0, plan.people.deletions * plan.days / 365)
        day = below(drawn, 20, 20, plan.days)
        moment = plan.start_ms + day * DAY_MS + DAY_MS // 2 + below(drawn, 40, 20, DAY_MS // 2)
        deletes = happens(drawn, 0, 20, rate) & is_user & (moment > signed_up + 2 * DAY_MS)
        return np.where(deletes, moment, NEVER)

    def _spells(
        self, key: np.ndarray, signed_up: np.ndarray, deleted: np.ndarray, is_user: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Days of activity: active, lapsed, reactivated or churned for good."""
        plan, rates = self.plan, self.plan.people
        cycle = rates.active_days + rates.lapsed_days
        spells = min(12, plan.days // cycle + 2)
        active = exponential_table(rates.active_days, 3660)
        lapsed = exponential_table(rates.lapsed_days, 3660)
        sign_up_day = (np.minimum(signed_up, NEVER // 2) - plan.start_ms) // DAY_MS
        # Those who signed up long ago are somewhere in a spell when the simulation begins.
        begin = np.where(sign_up_day < 0, -below(draws(key, 5), 0, 20, cycle), sign_up_day)
        until = np.full((len(key), spells + 1), -NEVER)
        since = np.full((len(key), spells + 1), NEVER)
        for spell in range(spells):
            drawn = draws(key, 10 + spell)
            end = begin + quantile(active, drawn, 0)
            since[:, spell], until[:, spell] = begin, end
            comes_back = happens(drawn, 24, 16, rates.reactivation)
            begin = np.where(comes_back, end + quantile(lapsed, drawn, 12), NEVER)
            begin = np.minimum(begin, NEVER)
        # They look around before they sign up.
        visits_first = sign_up_day > 0
        since[:, spells] = np.where(visits_first, sign_up_day - VISITOR_DAYS, NEVER)
        until[:, spells] = np.where(visits_first, sign_up_day, -NEVER)
        since[~is_user], until[~is_user] = NEVER, -NEVER
        since[~is_user, 0], until[~is_user, 0] = -NEVER, NEVER
        last_day = np.where(deleted == NEVER, NEVER, (deleted - plan.start_ms) // DAY_MS)
        return since, np.minimum(until, last_day[:, None])

    def _calibrate(self) -> float:
        """Mean visits of a usual active person on a usual day, for the plan's event lines."""
        plan = self.plan
        humans = self.users + self.anonymous
        step = max(1, humans // _CALIBRATION_PEOPLE)
        # Whole numbers: the order in which floats are summed differs between processors.
        weights = count = 0
        days = (2 * np.arange(_CALIBRATION_DAYS) + 1) * plan.days // (2 * _CALIBRATION_DAYS)
        for begin in range(0, humans, step * 1000):
            people = self.block(begin, min(begin + 1000, humans))
            weights += int((people.weight[:, None] * people.active(days)).sum())
            count += len(people) * len(days)
        active_weight = weights / 1000 / count * humans
        events = plan.events_per_day * (1 - plan.visits.bot_share)
        return events / mean_events(plan) / max(active_weight, 1e-9)


def mean_events(plan: Plan) -> float:
    """About how many event lines a human visit has."""
    intent = plan.intent
    views = plan.visits.products_viewed
    per_view = 1 + intent.wishlist + intent.cart * (1 + intent.remove)
    return views * per_view + intent.exit + 0.1


@lru_cache(maxsize=1)
def _visit_table() -> np.ndarray:
    """Quantiles of Poisson distributions, one row per level of the mean."""
    probabilities = (2 * np.arange(QUANTILES) + 1) / (2 * QUANTILES)
    rows = []
    for level in range(_LEVELS):
        mean = _mean_of(level)
        counts = np.arange(1, int(mean + 10 * mean**0.5) + 12)
        # One product after the other, from a first term that every processor computes alike.
        terms = np.cumprod(np.r_[float((-Decimal(mean)).exp()), mean / counts])
        rows.append(np.searchsorted(np.cumsum(terms)[:-1], probabilities))
    return np.array(rows, np.int16)


def _mean_of(level: int) -> float:
    mean = _LOWEST_MEAN
    for _ in range(level):
        mean *= _LEVEL_RATIO
    return mean


@lru_cache(maxsize=1)
def _bounds() -> np.ndarray:
    """Between two levels: the middle of their means."""
    means = [_mean_of(level) for level in range(_LEVELS)]
    return np.array([(low + high) / 2 for low, high in itertools.pairwise(means)])


def _levels_of(mean: np.ndarray) -> np.ndarray:
    return np.searchsorted(_bounds(), mean)
