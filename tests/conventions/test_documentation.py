"""Marts are described by their questions, definitions, readers, examples and keys."""

import re
from typing import Any

from warehouse import demo
from warehouse.docs.star_schema import DIAGRAM, PAGE, star_schema
from warehouse.settings import PROJECT_ROOT

Nodes = list[dict[str, Any]]


def read_by_people(models: Nodes) -> dict[str, dict[str, Any]]:
    """The models of marts and quality, by unique id."""
    return {
        model["unique_id"]: model for model in models if model["fqn"][1] in ("marts", "quality")
    }


def test_a_description_tells_the_questions_after_the_grain(models: Nodes) -> None:
    silent = [
        model["name"]
        for model in read_by_people(models).values()
        if not re.search(r"\bAnswers\s", model["description"].partition("\n\n")[0])
    ]
    assert not silent


def test_a_definition_is_told_once_and_used(manifest: dict[str, Any], models: Nodes) -> None:
    defined = {name for name in manifest["docs"] if ".definition_" in name}
    used = {name for model in models for name in model["doc_blocks"]}
    assert defined == used
    for name in defined:
        assert manifest["docs"][name]["block_contents"].startswith("**"), f"{name}: no word in bold"


def test_every_mart_has_an_example_query(manifest: dict[str, Any], models: Nodes) -> None:
    asked = {
        name
        for node in manifest["nodes"].values()
        if node["resource_type"] == "analysis"
        for name in node["depends_on"]["nodes"]
    }
    assert not set(read_by_people(models)) - asked


def test_an_example_query_begins_with_its_question() -> None:
    paths = sorted((PROJECT_ROOT / "analyses").glob("*.sql"))
    assert paths
    for path in paths:
        opening = re.match(r"(-- .+\n)+", path.read_text())
        assert opening and "?" in opening[0], path.name


def test_every_mart_has_a_reader_of_its_own(manifest: dict[str, Any], models: Nodes) -> None:
    exposures = manifest["exposures"].values()
    read = {name for exposure in exposures for name in exposure["depends_on"]["nodes"]}
    assert read == set(read_by_people(models))
    for exposure in exposures:
        assert exposure["description"] and exposure["owner"]["name"] and exposure["label"]


def test_the_demo_reads_what_its_exposure_says(manifest: dict[str, Any]) -> None:
    exposure = manifest["exposures"]["exposure.ecommerce_warehouse.demo_summary"]
    read = {name.split(".")[-1] for name in exposure["depends_on"]["nodes"]}
    assert read == {*demo.MARTS, "file_reconciliation", "ledger_reconciliation"}


def test_the_overview_leads_to_every_mart(manifest: dict[str, Any], models: Nodes) -> None:
    overview = manifest["docs"]["doc.ecommerce_warehouse.__overview__"]["block_contents"]
    links = re.findall(r"\[(\w+)\]\(#!/model/([\w.]+)\)", overview)
    assert {name for _, name in links} == set(read_by_people(models))
    assert all(name.endswith(f".{label}") for label, name in links)


def test_the_star_schema_is_that_of_the_models(manifest: dict[str, Any]) -> None:
    [drawn] = DIAGRAM.findall(PAGE.read_text())
    assert drawn == star_schema(manifest), "`make diagram` draws it anew"
