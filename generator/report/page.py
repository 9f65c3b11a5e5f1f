"""The report: one page with pictures of what was generated, beside what the plan asked for."""

from html import escape
from pathlib import Path

from generator.ledger.sums import INTENDED, OBSERVABLE
from generator.plan import Plan
from generator.report.overview import PRICED, Overview
from generator.report.plots import (
    draw_cohorts,
    draw_days,
    draw_dirt,
    draw_funnel,
    draw_hours,
    draw_popularity,
    draw_price,
    drawn,
)

REPORT_FILE = "report.html"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1d2429; background: #f4f6f7; margin: 0; }}
main {{ max-width: 980px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }}
h1 {{ margin: 0 0 .25rem; }} h2 {{ margin: 0 0 .25rem; font-size: 1.25rem; }}
section {{ background: #fff; border: 1px solid #dfe4e7; border-radius: 8px;
  padding: 1.1rem 1.4rem; margin-top: 1.25rem; }}
p {{ margin: .25rem 0 .75rem; max-width: 75ch; }} .pale {{ color: #5b6870; }}
img {{ width: 100%; height: auto; }}
table {{ border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .25rem 1.2rem .25rem 0; text-align: left; border-bottom: 1px solid #eceff1; }}
th {{ font-weight: 600; color: #5b6870; }} .number {{ text-align: right; }}
.figures {{ columns: 2 300px; }} .figures table {{ width: 100%; }}
</style></head><body><main><h1>{title}</h1><p class="pale">{subtitle}</p>
{sections}</main></body></html>
"""


def write_report(folder: Path) -> Path:
    """Write a page with pictures of what a folder of generated logs holds.

    Args:
        folder: what `warehouse generate` wrote to. Without the logs, which may have gone to HDFS,
            the pictures of hours and products are left out.

    Returns:
        The page, self-contained.

    Raises:
        InputError: the folder holds no ledger.
    """
    overview = Overview(folder)
    plan, dates = overview.plan, overview.ledger.landed_dates
    page = _PAGE.format(
        title=f"A simulated overview, {dates[0]} to {dates[-1]}",
        subtitle="What the shop simulator made, beside what its plan asked for. "
        "Blue is what was made, orange what was planned.",
        sections="".join(
            f"<section><h2>{title}</h2><p>{caption}</p>{content}</section>\n"
            for title, caption, content in (
                (
                    "The plan",
                    "What was asked for, and how much came of it.",
                    _key_figures(overview),
                ),
                *_pictures(overview, plan),
            )
        ),
    )
    path = folder / REPORT_FILE
    path.write_text(page, encoding="utf-8")
    return path


def _key_figures(overview: Overview) -> str:
    plan = overview.plan
    (landed,) = overview.lines("files", "select sum(line_count), sum(byte_count) from ledger_table")
    orders = overview.sums("orders_daily", (), ("order_count",))
    net = overview.sums("sales_daily", (), ("net_amount",))
    campaigns = (
        f"{each.name}: {each.days} days from {each.first_date}, visits times {each.traffic:g}, "
        f"{each.discount:.0%} off {each.category}"
        for each in plan.visits.campaigns
    )
    figures = {
        "Days": f"{plan.days:,} from {plan.start_date}",
        "Registered users at the end": f"{plan.users:,}",
        "Products": f"{plan.products:,}",
        "Event lines on a usual day": f"{plan.events_per_day:,}",
        "Seed": f"{plan.seed}",
        "Campaigns": "; ".join(campaigns) or "none",
        "Lines landed": f"{int(landed[0]):,}",
        "Bytes landed": f"{int(landed[1]) / 1e6:,.1f} MB",
        "Orders": f"{int(orders[0][0] if orders else 0):,}",
        "Net revenue": f"{net[0][0] if net else 0:,.2f}",
    }
    rows = (f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in figures.items())
    return f'<div class="figures"><table>{"".join(rows)}</table></div>'


def _pictures(overview: Overview, plan: Plan) -> list[tuple[str, str, str]]:
    """Title, caption and content of each section."""
    campaign = " Shaded days have a campaign." if plan.visits.campaigns else ""
    sections = [
        (
            "Traffic by day",
            "Event lines of people by the day they happened; weekends are paler. Bots are drawn "
            "on top. The orange marks are the plan: event lines of a usual day times its factors "
            "for weekday, month and campaign, bots included; it knows nothing of users who "
            f"lapse or sign up.{campaign}",
            drawn(draw_days, overview, 3.4),
        ),
        (
            "Funnel",
            "Of the sessions of people with a view, how many then put something in the cart, and "
            "how many then bought it. Right: the share that bought, by device, against the share "
            "expected if only the plan's factor of the device made the difference.",
            drawn(draw_funnel, overview, 3.4, 2),
        ),
        (
            "Cohorts",
            "Customers by the month of their first order (rows): how many of them ordered again "
            "so many months later (columns). The darker, the larger the share of the cohort.",
            drawn(draw_cohorts, overview, 1.6 + 0.42 * max(overview.cohort_count, 1)),
        ),
        (
            "Dirt, declared and found",
            "Left: the rates of the plan and the shares found. Late and skewed are declared per "
            "visit and found per line: half of the late visits are late in part only, and what "
            "would land after the end never does. Duplicates include half the lines of visits "
            "sent again. Orphans are users and products without a readable line so far: those "
            "whose line is malformed or late add to the declared ones. Right: the malformed lines "
            "by kind of damage.",
            drawn(draw_dirt, overview, 4.4, 2),
        ),
        (
            "The price of dirt",
            "How far off a perfect warehouse would be that sees only what landed (“observable”) "
            "from what the shop did (“intended”), by day. The last days lack most, since their "
            "late lines have not landed yet.",
            drawn(draw_price, overview, 3.6) + _price_table(overview),
        ),
    ]
    if overview.sample is not None and overview.sample.num_rows:
        sections[1:1] = [
            (
                "Traffic by hour",
                "Views and purchases of people by the hour of the day (UTC), each as a share of "
                "all; the line is the plan's curve.",
                drawn(draw_hours, overview, 3.2),
            )
        ]
        sections[3:3] = [
            (
                "Popularity of products",
                "Products by their rank among the most viewed; both scales are logarithmic. A few "
                "sell much and most sell little: the plan asks for popularity falling with rank "
                f"to the power of -{plan.catalogue.zipf_exponent:g}, the orange line. The top is "
                "flatter, since half the views stay within the visitor's favourite category and "
                "popularity drifts; the end bends down where products are new or discontinued.",
                drawn(draw_popularity, overview, 4.2),
            )
        ]
    return sections


def _price_table(overview: Overview) -> str:
    rows = []
    for label, (table, _, measure) in PRICED.items():
        intended, observable = (
            (overview.sums(table, (), (measure,), reading) or [(0,)])[0][0] or 0
            for reading in (INTENDED, OBSERVABLE)
        )
        places = 2 if label == "net revenue" else 0
        cells = (
            f"{intended:,.{places}f}",
            f"{observable:,.{places}f}",
            f"{observable - intended:+,.{places}f}",
            f"{observable / intended - 1:+.2%}" if intended else "",
        )
        numbers = "".join(f'<td class="number">{cell}</td>' for cell in cells)
        rows.append(f"<tr><td>{label}</td>{numbers}</tr>")
    names = ("intended", "observable", "difference", "")
    head = "".join(f'<th class="number">{name}</th>' for name in names)
    return f"<table><tr><th>in all</th>{head}</tr>{''.join(rows)}</table>"
