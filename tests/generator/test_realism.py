"""What the plan claims of the shop shows in its logs, and would not in uniform data.

Each check compares a figure from the logs with the plan. Tolerances are about three standard
deviations of the figure at this sample's size. Uniform data of the same size, in which every
outcome is as likely as any other, fails every check.
"""

from collections.abc import Callable

import numpy as np
import pytest

from generator.csv_logs.damage import KINDS
from generator.generation import generate
from generator.shop.people import Population
from generator.shop.products import Catalogue as Products

from .facts import DAMAGED, DAY, HOUR, PLAN, SALE, SOUND, Facts, facts_of, uniform


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Facts:
    folder = tmp_path_factory.mktemp("shop")
    generate(folder, PLAN, workers=1)
    damaged = tmp_path_factory.mktemp("damaged")
    generate(damaged, DAMAGED, workers=1)
    return facts_of(folder, damaged)


def check_hours(facts: Facts) -> None:
    """Visits begin by the plan's curve: 53,000 visits, so 3 % of an hour with 1,000."""
    counts = np.bincount((facts.started % DAY // HOUR).astype(int), minlength=24)
    weights = np.array(PLAN.visits.hour_weights)
    # The curve is straight between the middles of the hours.
    curve = 0.75 * weights + 0.125 * (np.roll(weights, 1) + np.roll(weights, -1))
    expected = curve / curve.sum() * counts.sum()
    assert np.abs(counts - expected).max() < 5 * np.sqrt(expected.max())
    assert np.abs((counts - expected) / np.sqrt(expected)).max() < 4.5


def check_weekdays(facts: Facts) -> None:
    """Fewer visits at weekends: 7,500 visits on each weekday make 1.2 % by chance.

    Distinguished from the campaign, and from a trend since users lapse, by a log-linear fit.
    """
    counts = np.bincount((facts.started // DAY).astype(int), minlength=PLAN.days)
    day = np.arange(PLAN.days)
    weekday = np.eye(7)[day % 7]  # the plan begins on a Monday
    causes = np.column_stack([weekday, day // 7 == 2, day, day**2])
    effects = np.linalg.lstsq(causes, np.log(counts), rcond=None)[0][:7]
    expected = np.log(PLAN.visits.weekday_weights)
    assert np.exp(effects - effects.mean()) == pytest.approx(
        np.exp(expected - expected.mean()), rel=0.045
    )


def check_popularity(facts: Facts) -> None:
    """Views fall with the rank to the power of the plan: log-log fit over ranks 5 to 200.

    The rank among all and the visitor's favourite category share the views, which bends the line
    by some percent; chance alone by less than 1 %.
    """
    counts = np.sort(np.bincount(facts.product, minlength=PLAN.products))[::-1][4:200]
    slope = np.polyfit(np.log(np.arange(5, 201)), np.log(np.maximum(counts, 1)), 1)[0]
    assert -slope == pytest.approx(PLAN.catalogue.zipf_exponent, rel=0.12)


def check_gaps(facts: Facts) -> None:
    """Gaps are log-normal: 230,000 of them give median and sigma to 0.3 %; rounding and the cut
    at 29 minutes take more."""
    logs = np.log(facts.gap)
    assert np.exp(np.median(logs)) == pytest.approx(PLAN.visits.gap_median_seconds, rel=0.02)
    assert logs.std() == pytest.approx(PLAN.visits.gap_sigma, rel=0.02)
    # Symmetric on the logarithmic scale.
    assert abs(((logs - logs.mean()) ** 3).mean()) / logs.std() ** 3 < 0.1


def check_devices(facts: Facts) -> None:
    """Desktops buy more often than mobiles, by the plan's factors: some 1,000 purchases
    each, in part by the same people, so 5 % of the ratio by chance."""
    names = list(PLAN.visits.devices)
    rates = {name: facts.bought[facts.device == number].mean() for number, name in enumerate(names)}
    planned = PLAN.visits.devices
    expected = planned["desktop"].conversion / planned["mobile"].conversion
    assert rates["desktop"] / rates["mobile"] == pytest.approx(expected, rel=0.15)


def check_sources(facts: Facts) -> None:
    """Visits come by the plan's mix of sources outside the campaign: 37,000 of them."""
    day = facts.started // DAY
    usual = facts.source[(day < 14) | (day >= 21)]
    shares = np.bincount(usual, minlength=len(PLAN.visits.sources)) / len(usual)
    expected = np.array([source.share for source in PLAN.visits.sources.values()])
    assert shares == pytest.approx(expected / expected.sum(), abs=0.01)


def check_intent(facts: Facts) -> None:
    """Of 220,000 views 6 % are wishlisted (1 % of that by chance); of carts 12 % taken back."""
    views, wishes, carts, removals = np.bincount(facts.kind, minlength=4)
    assert wishes / views == pytest.approx(PLAN.intent.wishlist, rel=0.04)
    assert removals / carts == pytest.approx(PLAN.intent.remove, rel=0.07)


def check_cancellations(facts: Facts) -> None:
    """2,600 orders: 5 % of them, give or take 0.4 % by chance."""
    assert facts.cancelled.mean() == pytest.approx(PLAN.intent.cancelled, abs=0.013)


def check_returns(facts: Facts) -> None:
    """1,500 lines: 8 % of them, give or take 0.7 % by chance."""
    assert facts.returned.mean() == pytest.approx(PLAN.intent.returned, abs=0.022)


def check_discounts(facts: Facts) -> None:
    """The campaign's discount on its category; elsewhere coupons, of 12.5 % on average."""
    assert facts.on_sale.sum() > 50
    # Discounts are rounded to cents, which shows on the cheapest products.
    assert facts.discount[facts.on_sale].min() > SALE.discount - 0.01
    elsewhere = facts.discount[~facts.on_sale]
    assert elsewhere.mean() == pytest.approx(PLAN.intent.coupon * 0.125, rel=0.3)
    assert elsewhere.max() <= 0.2


def check_campaign_traffic(facts: Facts) -> None:
    """More visits in the campaign's week than in the weeks around it, by the plan's factor."""
    weeks = np.bincount((facts.started // (7 * DAY)).astype(int), minlength=5)
    assert 2 * weeks[2] / (weeks[1] + weeks[3]) == pytest.approx(SALE.traffic, rel=0.05)
    during = facts.source[facts.started // (7 * DAY) == 2]
    share = (during == list(PLAN.visits.sources).index(SALE.source)).mean()
    usual = PLAN.visits.sources[SALE.source].share
    assert share == pytest.approx((usual + SALE.traffic - 1) / SALE.traffic, rel=0.05)


def check_bots(facts: Facts) -> None:
    """Some 100 visits of bots, of very different lengths: 15 % of the share by chance."""
    assert facts.by_bot.mean() == pytest.approx(PLAN.visits.bot_share, rel=0.4)


def check_midnight(facts: Facts) -> None:
    """Visits cross midnight as often as their number at that hour and their duration make likely.

    Some 60 of them: 13 % by chance.
    """
    crossing = (facts.started // DAY != facts.ended // DAY).mean()
    weights = PLAN.visits.hour_weights
    per_second = (weights[23] + weights[0]) / 2 / sum(weights) / HOUR
    assert crossing == pytest.approx(per_second * (facts.ended - facts.started).mean(), rel=0.35)


def check_lapsing(facts: Facts) -> None:
    """Users lapse, come back or not: who is seen is seen less often the later, as planned.

    Compared are weeks three and one apart, both without the campaign: 400 and more pairs of days,
    so 7 % by chance, and some more since activity comes in whole days.
    """
    seen = np.zeros((PLAN.users + 1, 5, 7))
    seen[facts.seen_user, facts.seen_day // 7, facts.seen_day % 7] = 1

    def again(earlier: list[int], later: list[int]) -> float:
        return (seen[:, earlier] * seen[:, later]).sum() / seen[:, earlier].sum()

    rates = PLAN.people
    # active and lapsed ones who will come back; how they change from day to day
    change = np.array(
        [
            [-1 / rates.active_days, 1 / rates.lapsed_days],
            [rates.reactivation / rates.active_days, -1 / rates.lapsed_days],
        ]
    )

    def still_active(after: int) -> float:
        return float(np.linalg.matrix_power(np.eye(2) + change / 100, after * 100)[0, 0])

    expected = still_active(21) / still_active(7)
    assert expected < 0.75
    assert again([0, 1], [3, 4]) / again([0, 3], [1, 4]) == pytest.approx(expected, rel=0.2)


def check_damage(facts: Facts) -> None:
    """Of 28,000 lines 6 % are malformed, give or take 0.14 % by chance; 100 of every kind."""
    counts = np.bincount(facts.damage, minlength=SOUND + 1)
    malformed = counts[:SOUND]
    assert malformed.sum() / counts.sum() == pytest.approx(DAMAGED.dirt.malformed, abs=0.005)
    assert malformed.min() > 0.6 * malformed.mean(), dict(zip(KINDS, malformed, strict=True))


CHECKS: list[Callable[[Facts], None]] = [
    check_hours,
    check_weekdays,
    check_popularity,
    check_gaps,
    check_devices,
    check_sources,
    check_intent,
    check_cancellations,
    check_returns,
    check_discounts,
    check_campaign_traffic,
    check_bots,
    check_midnight,
    check_lapsing,
    check_damage,
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_plan_shows_in_the_logs(check: Callable[[Facts], None], facts: Facts) -> None:
    check(facts)


@pytest.mark.parametrize("check", CHECKS)
def test_uniform_data_fails(check: Callable[[Facts], None], facts: Facts) -> None:
    with pytest.raises(AssertionError):
        check(uniform(facts))


def test_every_malformed_kind_occurs(facts: Facts) -> None:
    assert {KINDS[kind] for kind in np.unique(facts.damage) if kind != SOUND} == set(KINDS)


def test_popularity_drifts_and_does_not_jump() -> None:
    catalogue = PLAN.catalogue.model_copy(update={"drift_days": 7})
    products = Products(PLAN.model_copy(update={"catalogue": catalogue}))
    # Without launches and ends the same products sell on all days; the first date is a Monday.
    rank = {day: np.argsort(products.rank_order(day)) for day in (0, 1, 2, 7, 28)}
    weeks = [np.corrcoef(rank[0], rank[day])[0, 1] for day in (7, 28)]
    assert all(0.9 < alike < 0.995 for alike in weeks), weeks


def test_sign_ups_spread_over_the_days() -> None:
    people = Population(PLAN).block(0, PLAN.users)
    day = (people.signed_up_ms - PLAN.start_ms) // (DAY * 1000)
    assert (day < 0).mean() == pytest.approx(PLAN.people.signed_up_before, abs=0.025)
    weeks = np.bincount(day[day >= 0] // 7, minlength=5)
    assert weeks == pytest.approx(np.full(5, weeks.mean()), rel=0.25)
