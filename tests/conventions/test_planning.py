"""Each table follows what it reads: else a change would reach it too late, or never."""

import copy
import re
from typing import Any

import pytest

from .breaches import Breach, report
from .planning import Project, planning_breaches

Model = dict[str, Any]
CHECKER = "tests/conventions/planning.py"


@pytest.fixture(scope="module")
def planned(manifest: dict[str, Any]) -> Project:
    return Project(manifest)


def test_the_plan_follows_what_the_query_reads(planned: Project, models: list[Model]) -> None:
    breaches = []
    for model in models:
        if planned.is_table(model["unique_id"]):
            breaches += planning_breaches(planned, model)
        elif model["config"]["materialized"] != "view":
            what = f"is materialized as {model['config']['materialized']}, without a plan"
            fix = "make it incremental, with a plan of what it reads, or a view"
            breaches.append(Breach(model["original_file_path"], what, fix))
    report(breaches)


# What is replaced in the text of a model, and the breaches that it makes. The rule is worth as
# much as the faults that it finds.
UNFOLLOWED = "which the plan does not follow"
FAULTS = {
    "another table is followed": (
        "funnel_daily",
        ("'relation': ref('funnel_steps')", "'relation': ref('fct_sessions')"),
        ["the plan follows fct_sessions, but the query reads funnel_steps"],
    ),
    "another table is read": (
        "fct_returns",
        ("from {{ ref('fct_order_lines') }}", "from {{ ref('fct_orders') }}"),
        ["the plan follows fct_order_lines, but the query reads fct_orders"],
    ),
    "one of two tables is not followed": (
        "cart_recoveries",
        ("    plan_incremental(purchase_upstreams),\n", ""),
        [f"the query reads fct_events, {UNFOLLOWED}"],
    ),
    "a table is followed for nothing": (
        "price_history",
        (
            "plan_whole([ref('dim_products')])",
            "plan_whole([ref('dim_products'), ref('dim_users')])",
        ),
        ["the plan follows dim_users, which the query does not read"],
    ),
    "a table is read in a comment alone": (
        "product_affinity",
        ("from {{ ref('fct_order_lines') }}", "-- from {{ ref('fct_order_lines') }}"),
        ["the plan follows fct_order_lines, which the query does not read"],
    ),
    "a seed is not followed": (
        "rfm_segments",
        (", contents=[ref('rfm_segment_names')]", ""),
        [f"the query reads rfm_segment_names, {UNFOLLOWED}"],
    ),
    "a dimension is not followed": (
        "fct_order_lines",
        (
            "set plan = with_changed_versions(plan, ref('dim_products')",
            "set unused = with_changed_versions(dict(plan, absorbed={}), ref('dim_products')",
        ),
        [f"the query reads dim_products, {UNFOLLOWED}"],
    ),
    "a table under a view is not followed": (
        "user_engagement",
        (", ref('visitor_users')]", "]"),
        [f"the query reads visitor_users through agg_user_activity_daily, {UNFOLLOWED}"],
    ),
    "another stream is followed": (
        "dim_users",
        ("staging_relations('users')", "staging_relations('products')"),
        [
            "the plan follows stg_shop__products, but the query reads stg_shop__users through "
            "int_users__united"
        ],
    ),
    "the files of another table are followed": (
        "stg_shop__users",
        ("plan_staged_files('shop', 'users')", "plan_staged_files('shop', 'products')"),
        ["the plan follows shop.products, but the query reads shop.users"],
    ),
    "files that there are not": (
        "stg_rees46__events",
        ("plan_staged_files('rees46', 'events')", "plan_staged_files('rees46', 'clicks')"),
        ["the plan follows rees46.clicks, but the query reads rees46.events"],
    ),
    "the widened plan is not the one that replaces": (
        "agg_sales_daily",
        (
            "set plan = with_changed_rows(plan, ref('dim_users'), moved_dates)",
            "set plan_of_dates = with_changed_rows(dict(plan, absorbed=dict(plan.absorbed)), "
            "ref('dim_users'), moved_dates)",
        ),
        [f"the query reads dim_users, {UNFOLLOWED}"],
    ),
    "snapshots of a view are compared": (
        "as_of_dates",
        ("plan_whole([], contents=[ref(", "plan_whole([ref("),
        ["the plan compares snapshots of int_as_of_dates__determined, which has none"],
    ),
    "all rows of a table are compared": (
        "product_conversion",
        ("plan_whole([ref('agg_products_daily')])", "plan_whole([], [ref('agg_products_daily')])"),
        ["the plan compares the rows of agg_products_daily, which is a table"],
    ),
    "partitions that there are not": (
        "fct_sessions",
        ("'partition': 'event_date'", "'partition': 'session_date'"),
        ["the plan asks for partitions, but fct_events has none by session_date"],
    ),
    "a column that there is not": (
        "agg_visitor_sketches_daily",
        ("'column': 'session_date'", "'column': 'event_date'"),
        ["the plan asks for the column event_date, which fct_sessions lacks"],
    ),
    "dates are replaced as a whole": (
        "fct_orders",
        ("replaces('order_date', plan)", "replaces(none, plan)"),
        ["the plan tells values, but the table is replaced as a whole"],
    ),
    "what is replaced is no partition": (
        "fct_events",
        ("replaces('event_date', plan)", "replaces('session_date', plan)"),
        ["what is replaced is told by session_date, which is not in partition_by"],
    ),
    "no plan": (
        "dim_dates",
        ("{{ replaces(none, plan) }}", ""),
        ["the plan cannot be read: it says 0 times what it replaces"],
    ),
    "a macro that there is not": (
        "dim_devices",
        ("plan_whole(", "plan_all("),
        ["the plan cannot be read: UndefinedError: 'plan_all' is undefined"],
    ),
}


def assert_found(case: str, found: list[Breach], expected: list[str]) -> None:
    """The rule finds what it should."""
    whats = [breach.what for breach in found]
    if whats != expected:
        report([Breach(CHECKER, f"{case}: finds {whats}", f"let it find {expected}")])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, planned: Project) -> None:
    name, (old, new), expected = FAULTS[fault]
    model = planned.nodes[planned.id_of(name)]
    if model["raw_code"].count(old) != 1:
        fix = "let FAULTS of tests/conventions/test_planning.py name another place"
        report([Breach(model["original_file_path"], f"does not hold once: {old}", fix)])
    if planning_breaches(planned, model):
        pytest.skip("its plan is wrong without a fault of ours")
    text = model["raw_code"].replace(old, new)
    assert_found(fault, planning_breaches(planned, model, text), expected)


EXEMPTIONS = {
    "none": ({}, [f"the query reads fct_events, {UNFOLLOWED}"]),
    "by a table that is not followed": (
        {"covered_by": {"fct_events": "session_paths"}},
        ["meta.covered_by lets session_paths stand for fct_events"],
    ),
    "by a table that is not made from it": (
        {"covered_by": {"fct_events": "fct_sessions", "fct_sessions": "fct_sessions"}},
        [
            "meta.covered_by names fct_sessions, which the plan follows or nobody reads",
            "meta.covered_by lets fct_sessions stand for fct_sessions",
        ],
    ),
    "of a table that is not read": (
        {"covered_by": {"fct_events": "fct_sessions"}, "unread": ["fct_orders"]},
        ["meta.unread names fct_orders, which the plan follows or nobody reads"],
    ),
    "called unread, and read": (
        {"unread": ["fct_events"]},
        ["meta.unread names fct_events, which the query reads itself"],
    ),
}


@pytest.mark.parametrize("exemption", EXEMPTIONS)
def test_an_exemption_is_checked(exemption: str, planned: Project) -> None:
    meta, expected = EXEMPTIONS[exemption]
    model = copy.deepcopy(planned.nodes[planned.id_of("session_paths")])
    model["config"]["meta"] = meta
    assert_found(exemption, planning_breaches(planned, model), expected)


def test_no_table_may_be_followed_in_the_place_of_another(
    planned: Project, models: list[Model]
) -> None:
    """In every plan, each table that it names is taken for one that is not read."""
    breaches = []
    number = 0
    for model in models:
        head, replaces, query = model["raw_code"].partition("{{ replaces(")
        for name in sorted(set(re.findall(r"ref\('(\w+)'\)", head)) if replaces else []):
            other = "category_performance" if "user_metrics" in head else "user_metrics"
            text = head.replace(f"ref('{name}')", f"ref('{other}')") + replaces + query
            found = " ".join(breach.what for breach in planning_breaches(planned, model, text))
            number += 1
            if not re.search(rf"the plan follows {other}.*, but the query reads ", found):
                what = f"finds only {found or 'nothing'} where {model['name']} follows {other}"
                fix = f"let it miss {name}"
                breaches.append(Breach(CHECKER, what, fix))
    if number < 50:
        what = f"is tried on {number} plans"
        breaches.append(Breach(CHECKER, what, "see how models name the tables that they follow"))
    report(breaches)
