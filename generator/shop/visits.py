"""Visits: who comes when, from where, on which device, and with what intent."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from generator.plan import DAY_MS, HOUR_MS, Plan
from generator.shop.columns import Columns
from generator.shop.people import DEVICE_NAMES, People, Population
from generator.shop.randomness import (
    below,
    choice_table,
    draws,
    geometric_table,
    happens,
    part,
    quantile,
)
from generator.shop.versions import LATEST_DAYS

# No visit lasts longer, so only those that begin in the last hours of a day can cross midnight.
LONGEST_VISIT_MS = 3 * HOUR_MS
MOST_PRODUCTS_VIEWED = 30
BOT_PAGES = 90
_MINUTES = 1440
_NO_LOGIN, _LOGGED_IN, _MIDWAY = range(3)


@dataclass(frozen=True)
class Visits(Columns):
    """Visits in the order of (person, day, number); one array entry per visit.

    Attributes:
        person: position of the person in the run of people.
        day: day of its start, counted from 0.
        number: the how-manieth of the person on that day, from 0; `FIRST_RETURN` + n for
            returns of goods.
        order_day, order_number: day and number of the visit that bought what it is about: of this
            visit itself, or of an earlier one whose goods come back.
        key: uint64 draws to draw further for each visit.
        started_ms: its true start, in milliseconds since 1970.
        slot, device, source: the person's device slot, kind of device, traffic source.
        products_viewed: how many products are looked at.
        logs_in_from: which of the looks (from 0) is the first logged in; a large number for none.
        wants_to_buy: whether what is in the cart at the end is bought.
        is_bot: whether the visitor is a bot.
        late_days: by how many days lines land late; 0 for visits on time.
        late_from: the share of the lines, in 256ths, that land on time nevertheless.
        resent_days: after how many days some lines are sent again; 0 for none.
        skew_ms: by how much the device's clock is wrong.
    """

    person: np.ndarray
    day: np.ndarray
    number: np.ndarray
    order_day: np.ndarray
    order_number: np.ndarray
    key: np.ndarray
    started_ms: np.ndarray
    slot: np.ndarray
    device: np.ndarray
    source: np.ndarray
    products_viewed: np.ndarray
    logs_in_from: np.ndarray
    wants_to_buy: np.ndarray
    is_bot: np.ndarray
    late_days: np.ndarray
    late_from: np.ndarray
    resent_days: np.ndarray
    skew_ms: np.ndarray


def visits_of(population: Population, people: People, days: np.ndarray) -> Visits:
    """All visits that the people begin on the given days."""
    plan = population.plan
    counts, day_key = population.visit_counts(people, days)
    person, column = np.nonzero(counts)
    many = counts[person, column].astype(np.int64)
    person, column = np.repeat(person, many), np.repeat(column, many)
    number = np.arange(len(person)) - np.repeat(np.cumsum(many) - many, many)
    key = draws(day_key[person, column], number)
    return _described(plan, people, person, days[column], number, key)


def _described(
    plan: Plan,
    people: People,
    person: np.ndarray,
    day: np.ndarray,
    number: np.ndarray,
    key: np.ndarray,
) -> Visits:
    rates, dirt = plan.people, plan.dirt
    first, second, third = draws(key, 1), draws(key, 2), draws(key, 3)
    minute = quantile(_minute_table(tuple(plan.visits.hour_weights)), first, 0)
    started = plan.start_ms + day * DAY_MS + minute * 60_000 + below(first, 12, 20, 60_000)
    slot = part(first, 32, 1)
    is_bot = people.is_bot[person]
    table, picks = _source_tables(plan, int(day.min(initial=0)), int(day.max(initial=0)))
    source = table[picks[day - int(day.min(initial=0))], part(first, 33, 12)]
    device = people.device[person, slot]

    is_user = people.is_user[person] & (started >= people.signed_up_ms[person])
    login = quantile(
        choice_table(
            [1 - rates.logged_in - rates.logs_in_midway, rates.logged_in, rates.logs_in_midway]
        ),
        second,
        0,
    )
    viewed = quantile(
        geometric_table(plan.visits.products_viewed, MOST_PRODUCTS_VIEWED), second, 12
    )
    midway = 1 + below(second, 24, 8, np.maximum(viewed - 1, 1))
    logs_in_from = np.where(login == _LOGGED_IN, 0, np.where(login == _MIDWAY, midway, 1 << 20))
    logs_in_from[~is_user] = 1 << 20

    rate = plan.intent.buy * _conversion(plan)[source * len(DEVICE_NAMES) + device]
    rate = np.minimum(rate * people.readiness_to_buy[person] / 1000, 1.0)
    buys = happens(second, 32, 20, rate) & is_user & ~is_bot
    pages = BOT_PAGES // 2 + below(second, 40, 16, BOT_PAGES)

    late = happens(third, 0, 20, dirt.late)
    resent = happens(third, 20, 20, dirt.resent)
    skewed = happens(draws(key, 4), 0, 20, dirt.skewed) & ~people.hides[person, slot]
    extent = draws(key, 5)
    skew = below(extent, 0, 24, 600_000) - 300_000
    # One wrong clock in four is wrong by hours: a time zone, not a drift.
    skew = np.where(part(extent, 24, 2) == 0, (part(extent, 26, 3) - 4) * HOUR_MS, skew)
    return Visits(
        person=person,
        day=day,
        number=number,
        order_day=day,
        order_number=number,
        key=key,
        started_ms=started,
        slot=slot,
        device=device,
        source=source,
        products_viewed=np.where(is_bot, pages, viewed),
        logs_in_from=logs_in_from,
        wants_to_buy=buys,
        is_bot=is_bot,
        late_days=np.where(late, 1 + below(extent, 32, 12, LATEST_DAYS), 0),
        late_from=np.where(part(extent, 44, 1) == 1, part(extent, 45, 8), 0),
        resent_days=np.where(resent, 1 + below(extent, 53, 11, LATEST_DAYS), 0),
        skew_ms=np.where(skewed, skew, 0),
    )


@lru_cache(maxsize=4)
def _minute_table(hour_weights: tuple[float, ...]) -> np.ndarray:
    """The minute of the day by steps of probability; hours fade into one another."""
    weights = []
    for minute in range(_MINUTES):
        hour, share = divmod(minute - 30, 60)
        weights.append(
            hour_weights[hour % 24] * (60 - share) + hour_weights[(hour + 1) % 24] * share
        )
    return choice_table(weights)


@lru_cache(maxsize=64)
def _source_tables(plan: Plan, first: int, last: int) -> tuple[np.ndarray, np.ndarray]:
    """Sources by steps of probability, one row per kind of day, and the row of each day."""
    shares = {name: source.share for name, source in plan.visits.sources.items()}
    rows: dict[tuple[float, ...], int] = {}
    picks = []
    for day in range(first, last + 1):
        weights = dict(shares)
        for campaign in plan.visits.campaigns:
            if 0 <= (plan.date_of(day) - campaign.first_date).days < campaign.days:
                # The visits a campaign adds come from its source.
                weights[campaign.source] += max(campaign.traffic - 1, 0) * sum(shares.values())
        picks.append(rows.setdefault(tuple(weights.values()), len(rows)))
    return np.stack([choice_table(row) for row in rows]), np.array(picks)


@lru_cache(maxsize=4)
def _conversion(plan: Plan) -> np.ndarray:
    """Factors on the purchase rate by source by device."""
    devices = plan.visits.devices
    return np.array(
        [
            source.conversion * (devices[name].conversion if name in devices else 1)
            for source in plan.visits.sources.values()
            for name in DEVICE_NAMES
        ]
    )
