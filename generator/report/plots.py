"""The pictures of the report."""

import base64
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter
from matplotlib.typing import RcKeyType

from generator.csv_logs.damage import KINDS
from generator.ledger.sums import INTENDED, OBSERVABLE
from generator.plan import Plan
from generator.report.overview import PRICED, Overview
from generator.shop.people import Population

_INK, _PALE, _PLAN, _WARM, _GRID = "#22577a", "#a9c6d9", "#e07a1f", "#c8553d", "#e5e8eb"
_STYLE: dict[RcKeyType, Any] = {
    "font.size": 10.5,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#8a949c",
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _GRID,
    "legend.frameon": False,
    "text.color": "#1d2429",
    "figure.constrained_layout.use": True,
}


def drawn(draw: Callable[..., None], overview: Overview, height: float, columns: int = 1) -> str:
    """A picture as an HTML element; `draw` gets the shop and the axes."""
    with rc_context(_STYLE):
        figure = Figure(figsize=(9.4, height))
        draw(overview, *np.atleast_1d(figure.subplots(1, columns)))
        image = BytesIO()
        figure.savefig(image, format="png", dpi=160)
    encoded = base64.b64encode(image.getvalue()).decode()
    return f'<img alt="" src="data:image/png;base64,{encoded}">'


def _nothing(axes: Axes, what: str) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, f"no {what}", ha="center", va="center", transform=axes.transAxes)


def _thousands(value: float, _: object = None) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,g}"


def draw_days(overview: Overview, axes: Axes) -> None:
    """Event lines by day, of people and of bots."""
    plan = overview.plan
    counted: dict[bool, dict[date, float]] = {False: {}, True: {}}
    for on, is_bot, count in overview.sums(
        "events_daily", ("event_date", "is_bot"), ("event_count",)
    ):
        counted[is_bot][on] = count
    days = np.arange(plan.days)
    dates = [plan.date_of(int(day)) for day in days]
    people, bots = (np.array([counted[bot].get(on, 0) for on in dates]) for bot in (False, True))
    weekend = np.array([on.weekday() >= 5 for on in dates])
    axes.bar(days, people, 0.82, color=np.where(weekend, "#6f9bb8", _INK), label="people")
    axes.bar(days, bots, 0.82, bottom=people, color=_WARM, label="bots")
    axes.plot(
        days,
        _planned_events(plan),
        "_" if plan.days < 60 else "-",
        color=_PLAN,
        ms=18,
        mew=2.2,
        label="plan",
    )
    for campaign in plan.visits.campaigns:
        first = plan.day_of(campaign.first_date) or 0
        axes.axvspan(
            first - 0.5, first + campaign.days - 0.5, color=_PLAN, alpha=0.12, lw=0, zorder=0
        )
    _name_days(axes, plan)
    axes.set_ylabel("event lines")
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1, 1))


def _planned_events(plan: Plan) -> np.ndarray:
    """Event lines by day, as planned."""
    population = Population(plan)
    return plan.events_per_day * np.array([population.traffic(day) for day in range(plan.days)])


def _name_days(axes: Axes, plan: Plan) -> None:
    step = max(1, -(-plan.days // 10))
    step = step if step < 4 else -(-step // 7) * 7
    ticks = range(0, plan.days, step)
    axes.set_xticks(ticks, [f"{plan.date_of(day):%a}\n{plan.date_of(day):%b %-d}" for day in ticks])
    axes.set_xlim(-0.6, plan.days - 0.4)
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.grid(visible=False, axis="x")


def draw_hours(overview: Overview, axes: Axes) -> None:
    """Views and purchases by hour of the day."""
    sample = overview.sample
    if sample is None:
        _nothing(axes, "logs")
        return
    hours = np.arange(24)
    for name, color, offset in (("views", _INK, -0.2), ("purchases", _PALE, 0.2)):
        counts = np.bincount(sample["hour"], weights=sample[name], minlength=24)
        axes.bar(hours + offset, counts / max(counts.sum(), 1), 0.4, color=color, label=name)
    weights = np.array(overview.plan.visits.hour_weights)
    axes.plot(hours, weights / weights.sum(), "o-", color=_PLAN, ms=4, label="plan")
    axes.set_xticks(range(0, 24, 2), [f"{hour:02}:00" for hour in range(0, 24, 2)])
    axes.set_xlim(-0.7, 23.7)
    axes.grid(visible=False, axis="x")
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set_ylabel("share of the day")
    axes.legend(loc="upper left")


def draw_funnel(overview: Overview, steps: Axes, conversion: Axes) -> None:
    """The steps to a purchase by device."""
    measures = ("viewed_count", "carted_count", "purchased_count")
    found = [row for row in overview.sums("funnel_daily", ("device_type",), measures) if row[1]]
    if not found:
        _nothing(steps, "sessions")
        _nothing(conversion, "sessions")
        return
    place = np.arange(3)
    width = 0.8 / len(found)
    colors = (_INK, "#6f9bb8", _PALE)
    for number, ((device, *counts), color) in enumerate(zip(found, colors, strict=False)):
        offset = (number - (len(found) - 1) / 2) * width
        shares = np.array(counts) / counts[0]
        bars = steps.bar(
            place + offset,
            shares,
            width * 0.94,
            color=color,
            label=f"{device}: {counts[0]:,.0f} sessions",
        )
        labels = ["", *(f"{share:.0%}" if share >= 0.1 else f"{share:.1%}" for share in shares[1:])]
        steps.bar_label(bars, labels, fontsize=8, padding=2)
    steps.set_xticks(place, ["viewed", "then carted", "then bought"])
    steps.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    steps.grid(visible=False, axis="x")
    steps.set_ylim(0, 1.12)
    steps.set_title("Sessions that came so far")
    steps.legend()

    factors = {name: device.conversion for name, device in overview.plan.visits.devices.items()}
    viewed = np.array([row[1] for row in found])
    bought = np.array([row[3] for row in found])
    factor = np.array([factors.get(row[0], 1) for row in found])
    expected = bought.sum() / max((viewed * factor).sum(), 1e-9) * factor
    place = np.arange(len(found))
    bars = conversion.bar(place, bought / viewed, 0.6, color=_INK, label="found")
    conversion.bar_label(bars, [f"{rate:.1%}" for rate in bought / viewed], padding=3)
    conversion.hlines(
        expected, place - 0.35, place + 0.35, color=_PLAN, lw=2.5, label="by the plan's factor"
    )
    conversion.set_xticks(place, [row[0] for row in found])
    conversion.set_ylim(0, max(float((bought / viewed).max()), float(expected.max()), 1e-4) * 1.3)
    conversion.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    conversion.grid(visible=False, axis="x")
    conversion.set_title("Sessions that bought")
    conversion.legend(loc="upper right")


def draw_popularity(overview: Overview, axes: Axes) -> None:
    """Views and purchases by products' rank."""
    sample = overview.sample
    if sample is None:
        _nothing(axes, "logs")
        return
    product_ids: np.ndarray = sample["product_id"].to_numpy(zero_copy_only=False)
    _, product = np.unique(product_ids, return_inverse=True)
    views, purchases = (
        np.bincount(product, weights=sample[name]) for name in ("views", "purchases")
    )
    order = np.argsort(-views, kind="stable")
    rank = np.arange(1, len(order) + 1)
    axes.loglog(rank, views[order], ".", color=_INK, ms=5, label="views")
    bought = purchases[order] > 0
    axes.loglog(rank[bought], purchases[order][bought], ".", color=_PALE, ms=4, label="purchases")
    planned = np.arange(1, overview.plan.products + 1) ** -overview.plan.catalogue.zipf_exponent
    axes.loglog(
        rank,
        views.sum() / planned.sum() * planned[: len(rank)],
        color=_PLAN,
        lw=2,
        label=f"plan: rank to the -{overview.plan.catalogue.zipf_exponent:g}",
    )
    axes.set_ylim(bottom=0.7)
    axes.set_xlabel("rank of the product by views")
    axes.set_ylabel("count")
    axes.xaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.legend()


def draw_cohorts(overview: Overview, axes: Axes) -> None:
    """Customers by month of the first order and months since."""
    found = overview.sums("cohorts", ("cohort_month", "months_since"), ("customer_count",))
    if not found:
        _nothing(axes, "customers yet")
        return
    months = sorted({row[0] for row in found})
    counts = np.full((len(months), max(row[1] for row in found) + 1), np.nan)
    for month, since, count in found:
        counts[months.index(month), since] = count
    shares = counts / np.fmax(counts[:, :1], 1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.argwhere(counts > 0):
        share = shares[row, column]
        text = f"{counts[row, column]:,.0f}" if not column else f"{share:.0%}"
        axes.text(
            column,
            row,
            text,
            ha="center",
            va="center",
            fontsize=9,
            color="white" if share > 0.55 else "black",
        )
    axes.set_xticks(range(counts.shape[1]))
    axes.set_yticks(range(len(months)), [f"{month:%b %Y}" for month in months])
    # Few cohorts would make cells as wide as the page.
    axes.set_xlim(-0.5, max(counts.shape[1], 7) - 0.5)
    axes.set_xlabel("months since the first order (0: how many customers)")
    axes.grid(visible=False)


def draw_dirt(overview: Overview, rates: Axes, kinds: Axes) -> None:
    """Declared and found rates of dirt, and the kinds of damage."""
    dirt = overview.plan.dirt
    line_count = dict(
        overview.lines("files", 'select "table", sum(line_count) from ledger_table group by all')
    )
    total = max(sum(line_count.values()), 1)
    found = dict(
        overview.lines("dirty_lines", "select defect, count(*) from ledger_table group by all")
    )
    shown = {
        "malformed lines": (dirt.malformed, found.get("malformed", 0) / total),
        "duplicate lines": (dirt.duplicate + dirt.resent / 2, found.get("duplicate", 0) / total),
        "late": (dirt.late, found.get("late", 0) / total),
        "skewed clocks": (
            dirt.skewed,
            found.get("skewed_clock", 0) / max(line_count.get("events", 0), 1),
        ),
        "orphan users": (dirt.orphan_users, overview.orphan_share("user")),
        "orphan products": (dirt.orphan_products, overview.orphan_share("product")),
    }
    place = np.arange(len(shown))
    for offset, color, label, pick in ((-0.2, _INK, "found", 1), (0.2, _PLAN, "declared", 0)):
        values = [pair[pick] for pair in shown.values()]
        bars = rates.barh(place + offset, values, 0.38, color=color, label=label)
        rates.bar_label(bars, [f"{value:.2%}" for value in values], padding=3, fontsize=8.5)
    rates.set_yticks(place, list(shown))
    rates.invert_yaxis()
    rates.margins(x=0.18)
    rates.xaxis.set_major_formatter(PercentFormatter(1, decimals=2))
    rates.xaxis.set_major_locator(MaxNLocator(5))
    rates.grid(visible=False, axis="y")
    rates.set_title("Rates")
    rates.legend()

    by_kind = dict(
        overview.lines(
            "dirty_lines",
            "select detail, count(*) from ledger_table where defect = 'malformed' group by all",
        )
    )
    bars = kinds.barh(
        [kind.replace("_", " ") for kind in KINDS],
        [by_kind.get(kind, 0) for kind in KINDS],
        0.7,
        color=_INK,
    )
    kinds.bar_label(bars, fmt=_thousands, padding=3, fontsize=8.5)
    kinds.invert_yaxis()
    kinds.margins(x=0.12)
    kinds.grid(visible=False, axis="y")
    kinds.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    kinds.set_title("Malformed lines by kind")


def draw_price(overview: Overview, axes: Axes) -> None:
    """By how much the observable figures miss the intended ones, by day."""
    plan = overview.plan
    dates = [plan.date_of(day) for day in range(plan.days)]
    for (label, (table, key, measure)), color in zip(
        PRICED.items(), (_INK, _PLAN, _WARM), strict=True
    ):
        intended, observable = (
            dict(overview.sums(table, (key,), (measure,), reading))
            for reading in (INTENDED, OBSERVABLE)
        )
        change = [
            observable.get(on, 0) / intended[on] - 1 if intended.get(on) else np.nan for on in dates
        ]
        axes.plot(change, "o-" if plan.days < 60 else "-", color=color, label=label, ms=4, lw=1.8)
    axes.axhline(0, color="#8a949c", lw=1)
    _name_days(axes, plan)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.1%}"))
    axes.set_ylabel("observable against intended")
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1, 1))
