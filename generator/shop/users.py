"""Registered users: profiles, and how they change."""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np
from faker import Faker

from generator.plan import DAY_MS, Plan
from generator.shop.people import TIERS, People
from generator.shop.randomness import (
    below,
    choice_table,
    draws,
    happens,
    part,
    quantile,
    stream_key,
)
from generator.shop.versions import NEVER, Versions, versions_of

# country: the locale of its cities and what its regions are called there
COUNTRIES = {
    "Germany": ("de_DE", "state"),
    "France": ("fr_FR", "region"),
    "Italy": ("it_IT", "state"),
    "Spain": ("es_ES", "region"),
    "United Kingdom": ("en_GB", "county"),
}
PLACES_PER_COUNTRY = 40
_MOVED, _NEW_TIER, _NEW_EMAIL = range(3)
_SHARES_OF_CHANGES = (0.35, 0.45, 0.20)
_MOST_CHANGES = 24


@dataclass(frozen=True)
class Profiles:
    """What is known of users; one array entry per user, or per version where said.

    Attributes:
        versions: the landed states.
        place: per version, a number into the places of `NamePools`.
        tier: per version, a number into `TIERS`.
        email: per version, how many addresses came before.
        is_deleted: per version.
        gender: a number into `GENDERS`.
        born_day: days since 1970.
    """

    versions: Versions
    place: np.ndarray
    tier: np.ndarray
    email: np.ndarray
    is_deleted: np.ndarray
    gender: np.ndarray
    born_day: np.ndarray


def profiles_of(plan: Plan, people: People) -> Profiles:
    """The profiles of the users among the people; they come first in every run of people."""
    users = int(people.is_user.sum())
    key = people.key[:users]
    traits = draws(key, 40)
    expected = plan.people.changes * plan.days / 365
    slots = min(_MOST_CHANGES, ceil(expected * 2) + 1)
    moments = np.full((users, slots + 2), NEVER)
    signed_up, deleted = people.signed_up_ms[:users], people.deleted_ms[:users]
    moments[:, 0], moments[:, -1] = signed_up, deleted
    drawn = np.stack([draws(key, 50 + slot) for slot in range(slots)], axis=1)
    at = (
        plan.start_ms
        + below(drawn, 20, 24, plan.days * DAY_MS // 1000) * 1000
        + part(drawn, 44, 10)
    )
    valid = happens(drawn, 0, 20, min(1.0, expected / slots))
    valid &= (at > signed_up[:, None]) & (at < deleted[:, None])
    changes = np.where(valid, at, NEVER)
    order = np.argsort(changes, axis=1, kind="stable")
    moments[:, 1:-1] = np.take_along_axis(changes, order, axis=1)
    kind = quantile(choice_table(_SHARES_OF_CHANGES), np.take_along_axis(drawn, order, 1), 52)
    kind = np.where(moments[:, 1:-1] < NEVER, kind, -1)

    moves = np.zeros((users, slots + 2), np.int64)
    moves[:, 1:-1] = np.cumsum(kind == _MOVED, axis=1)
    emails = np.zeros_like(moves)
    emails[:, 1:-1] = np.cumsum(kind == _NEW_EMAIL, axis=1)
    tiers = np.zeros_like(moves)
    tiers[:, 0] = quantile(choice_table([0.6, 0.25, 0.1, 0.05]), traits, 0)
    for slot in range(slots):
        up = np.where(tiers[:, slot] == len(TIERS) - 1, -1, 1)
        tiers[:, slot + 1] = tiers[:, slot] + np.where(kind[:, slot] == _NEW_TIER, up, 0)
    for column in (moves, emails, tiers):
        column[:, -1] = column[:, -2]
    place = below(draws(draws(key, 41)[:, None], moves), 0, 20, PLACES_PER_COUNTRY * len(COUNTRIES))

    missing = happens(draws(key, 42), 0, 24, plan.dirt.orphan_users)
    versions = versions_of(plan, "users", key, moments, missing)
    cell = versions.owner, versions.slot
    return Profiles(
        versions=versions,
        place=place[cell],
        tier=tiers[cell],
        email=emails[cell],
        is_deleted=versions.slot == slots + 1,
        gender=quantile(choice_table([0.48, 0.46, 0.02, 0.04]), traits, 12),
        born_day=-365 * 30 + below(traits, 24, 20, 365 * 66 // 2 + 365 * 33),
    )


@dataclass(frozen=True)
class NamePools:
    """Names and places to draw from."""

    first_names: list[str]
    last_names: list[str]
    countries: list[str]
    regions: list[str]
    cities: list[str]


@lru_cache(maxsize=1)
def name_pools(seed: int) -> NamePools:
    """Pools of several countries; equal for equal seeds."""
    first_names, last_names, countries, regions, cities = [], [], [], [], []
    for country, (locale, region) in COUNTRIES.items():
        fake = Faker(locale)
        fake.seed_instance(stream_key(seed, country))
        for provider in fake.get_providers():
            # Italy's cities are in the order of a set, which no two processes share.
            if isinstance(cities_of_country := getattr(provider, "cities", None), list):
                provider.cities = sorted(cities_of_country)
        for _ in range(PLACES_PER_COUNTRY):
            first_names.append(fake.first_name())
            last_names.append(fake.last_name())
            countries.append(country)
            regions.append(getattr(fake, region)())
            cities.append(fake.city())
    return NamePools(first_names, last_names, countries, regions, cities)
