"""Each table tracks what it reads: else a change would arrive too late, or never."""

import copy
import re
from typing import Any

import pytest

from .breaches import Breach, declaration, report
from .change_tracking import Project, tracking_breaches

Model = dict[str, Any]
CHECKER = "tests/conventions/change_tracking.py"


@pytest.fixture(scope="module")
def tracked(manifest: dict[str, Any]) -> Project:
    return Project(manifest)


def test_what_the_query_reads_is_tracked(tracked: Project, models: list[Model]) -> None:
    breaches = []
    for model in models:
        if tracked.is_table(model["unique_id"]):
            breaches += tracking_breaches(tracked, model)
        elif model["config"]["materialized"] != "view":
            what = f"is materialized as {model['config']['materialized']}, without change tracking"
            fix = "make it incremental, and track what it reads, or a view"
            breaches.append(Breach(model["original_file_path"], what, fix))
    report(breaches)


# What is replaced in the text of a model, and the breaches that it makes. The rule is worth as
# much as the faults that it finds.
UNTRACKED = "which is not tracked"
FAULTS = {
    "another table is tracked": (
        "funnel_daily",
        ("'relation': ref('funnel_steps')", "'relation': ref('fct_sessions')"),
        ["it tracks fct_sessions, but the query reads funnel_steps"],
    ),
    "another table is read": (
        "fct_returns",
        ("from {{ ref('fct_order_lines') }}", "from {{ ref('fct_orders') }}"),
        ["it tracks fct_order_lines, but the query reads fct_orders"],
    ),
    "one of two tables is not tracked": (
        "cart_recoveries",
        ("    partitions_to_rebuild(purchase_upstreams),\n", ""),
        [f"the query reads fct_events, {UNTRACKED}"],
    ),
    "a table is tracked for nothing": (
        "price_history",
        (
            "rebuild_if_changed([ref('dim_products')])",
            "rebuild_if_changed([ref('dim_products'), ref('dim_users')])",
        ),
        ["it tracks dim_users, which the query does not read"],
    ),
    "a table is read in a comment alone": (
        "product_affinity",
        ("from {{ ref('fct_order_lines') }}", "-- from {{ ref('fct_order_lines') }}"),
        ["it tracks fct_order_lines, which the query does not read"],
    ),
    "a seed is not tracked": (
        "rfm_segments",
        (", contents=[ref('rfm_segment_names')]", ""),
        [f"the query reads rfm_segment_names, {UNTRACKED}"],
    ),
    "a dimension is not tracked": (
        "fct_order_lines",
        (
            "set rebuild = with_changed_versions(rebuild, ref('dim_products')",
            "set unused = with_changed_versions(dict(rebuild, consumed={}), ref('dim_products')",
        ),
        [f"the query reads dim_products, {UNTRACKED}"],
    ),
    "a table under a view is not tracked": (
        "user_engagement",
        (", ref('visitor_users')]", "]"),
        [f"the query reads visitor_users through agg_user_activity_daily, {UNTRACKED}"],
    ),
    "another stream is tracked": (
        "dim_users",
        ("staging_relations('users')", "staging_relations('products')"),
        [
            "it tracks stg_shop__products, but the query reads stg_shop__users through "
            "int_users__united"
        ],
    ),
    "the files of another table are tracked": (
        "stg_shop__users",
        ("files_to_stage('shop', 'users')", "files_to_stage('shop', 'products')"),
        ["it tracks shop.products, but the query reads shop.users"],
    ),
    "files that there are not": (
        "stg_rees46__events",
        ("files_to_stage('rees46', 'events')", "files_to_stage('rees46', 'clicks')"),
        ["it tracks rees46.clicks, but the query reads rees46.events"],
    ),
    "what was added is not what is overwritten": (
        "agg_sales_daily",
        (
            "set rebuild = with_changed_rows(rebuild, ref('dim_users'), moved_dates)",
            "set unused = with_changed_rows(dict(rebuild, consumed=dict(rebuild.consumed)), "
            "ref('dim_users'), moved_dates)",
        ),
        [f"the query reads dim_users, {UNTRACKED}"],
    ),
    "snapshots of a view are compared": (
        "as_of_dates",
        ("rebuild_if_changed([], contents=[ref(", "rebuild_if_changed([ref("),
        ["it compares snapshots of int_as_of_dates__determined, which has none"],
    ),
    "all rows of a table are compared": (
        "product_conversion",
        (
            "rebuild_if_changed([ref('agg_products_daily')])",
            "rebuild_if_changed([], [ref('agg_products_daily')])",
        ),
        ["it compares the rows of agg_products_daily, which is a table"],
    ),
    "partitions that there are not": (
        "fct_sessions",
        ("'partition': 'event_date'", "'partition': 'session_date'"),
        ["it asks for partitions, but fct_events has none by session_date"],
    ),
    "a column that there is not": (
        "agg_visitor_sketches_daily",
        ("'column': 'session_date'", "'column': 'event_date'"),
        ["it asks for the column event_date, which fct_sessions lacks"],
    ),
    "dates are overwritten as a whole": (
        "fct_orders",
        ("overwrites('order_date', rebuild)", "overwrites(none, rebuild)"),
        ["it rebuilds some values, but overwrites the whole table"],
    ),
    "what is overwritten is no partition": (
        "fct_events",
        ("overwrites('event_date', rebuild)", "overwrites('session_date', rebuild)"),
        ["it overwrites by session_date, which is not in partition_by"],
    ),
    "nothing is overwritten": (
        "dim_dates",
        ("{{ overwrites(none, rebuild) }}", ""),
        ["its change tracking cannot be read: it says 0 times what it overwrites"],
    ),
    "a macro that there is not": (
        "dim_devices",
        ("rebuild_if_changed(", "rebuild_all("),
        ["its change tracking cannot be read: UndefinedError: 'rebuild_all' is undefined"],
    ),
}


def assert_found(case: str, found: list[Breach], expected: list[str]) -> None:
    """The rule finds what it should."""
    whats = [breach.what for breach in found]
    if whats != expected:
        report([Breach(CHECKER, f"{case}: finds {whats}", f"let it find {expected}")])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str, tracked: Project) -> None:
    name, (old, new), expected = FAULTS[fault]
    model = tracked.nodes[tracked.id_of(name)]
    if model["raw_code"].count(old) != 1:
        fix = "let FAULTS of tests/conventions/test_change_tracking.py name another place"
        report([Breach(model["original_file_path"], f"does not hold once: {old}", fix)])
    if tracking_breaches(tracked, model):
        pytest.skip("its change tracking is wrong without a fault of ours")
    text = model["raw_code"].replace(old, new)
    assert_found(fault, tracking_breaches(tracked, model, text), expected)


EXEMPTIONS = {
    "none": ({}, [f"the query reads fct_events, {UNTRACKED}"]),
    "by a table that is not tracked": (
        {"covered_by": {"fct_events": "session_paths"}},
        ["meta.covered_by lets session_paths stand for fct_events"],
    ),
    "by a table that is not made from it": (
        {"covered_by": {"fct_events": "fct_sessions", "fct_sessions": "fct_sessions"}},
        [
            "meta.covered_by names fct_sessions, which is tracked or nobody reads",
            "meta.covered_by lets fct_sessions stand for fct_sessions",
        ],
    ),
    "of a table that is not read": (
        {"covered_by": {"fct_events": "fct_sessions"}, "unread": ["fct_orders"]},
        ["meta.unread names fct_orders, which is tracked or nobody reads"],
    ),
    "called unread, and read": (
        {"unread": ["fct_events"]},
        ["meta.unread names fct_events, which the query reads itself"],
    ),
}


@pytest.mark.parametrize("exemption", EXEMPTIONS)
def test_an_exemption_is_checked(exemption: str, tracked: Project) -> None:
    meta, expected = EXEMPTIONS[exemption]
    model = copy.deepcopy(tracked.nodes[tracked.id_of("session_paths")])
    model["config"]["meta"] = meta
    assert_found(exemption, tracking_breaches(tracked, model), expected)


def test_no_table_may_be_tracked_in_the_place_of_another(
    tracked: Project, models: list[Model]
) -> None:
    """In every model, each table that it tracks is taken for one that is not read."""
    breaches = []
    number = 0
    for model in models:
        head, overwrites, query = model["raw_code"].partition("{{ overwrites(")
        for name in sorted(set(re.findall(r"ref\('(\w+)'\)", head)) if overwrites else []):
            other = "category_performance" if "user_metrics" in head else "user_metrics"
            text = head.replace(f"ref('{name}')", f"ref('{other}')") + overwrites + query
            found = " ".join(breach.what for breach in tracking_breaches(tracked, model, text))
            number += 1
            if not re.search(rf"it tracks {other}.*, but the query reads ", found):
                what = f"finds only {found or 'nothing'} where {model['name']} tracks {other}"
                fix = f"let it miss {name}"
                breaches.append(Breach(CHECKER, what, fix))
    if number < 50:
        what = f"is tried on {number} tables"
        breaches.append(Breach(CHECKER, what, "see how models name the tables that they track"))
    report(breaches)


def test_what_no_ref_names_is_declared(manifest: dict[str, Any], models: list[Model]) -> None:
    """Else a data test would be left out though what it reads has changed."""
    breaches = []
    for model in models:
        reaches, left = set(), list(model["depends_on"]["macros"])
        while left:
            macro = left.pop()
            if macro not in reaches and macro in manifest["macros"]:
                reaches.add(macro)
                left += manifest["macros"][macro]["depends_on"]["macros"]
        without_ref = {name.rpartition(".")[2] for name in reaches} & {"log_table", "ledger_table"}
        if without_ref and not model["config"]["meta"].get("also_reads"):
            what = f"{model['name']} reads a table of {min(without_ref)}, which no ref names"
            fix = "name it in meta: also_reads, as layer.table"
            breaches.append(Breach(declaration(model), what, fix))
    report(breaches)
