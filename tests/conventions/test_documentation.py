"""Marts are described by their questions, definitions, readers, examples and keys."""

import re
import warnings
from typing import Any

from warehouse import demo
from warehouse.docs.decisions import INDEX as DECISIONS
from warehouse.docs.generated import SETTINGS_PAGE, generated_files, without_question
from warehouse.errors import WarehouseError
from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, declaration, report
from .dbt_project import PACKAGE

Nodes = list[dict[str, Any]]
EXPOSURES = "models/exposures.yml"
OVERVIEW = "models/overview.md"
PAGE = "docs/reference/star_schema.md"


def read_by_people(models: Nodes) -> dict[str, dict[str, Any]]:
    """The models of marts and quality, but those that only feed others; by unique id."""
    return {
        model["unique_id"]: model
        for model in models
        if model["fqn"][1] in ("marts", "quality") and not model["config"]["meta"].get("supporting")
    }


def star_schema(manifest: dict[str, Any]) -> str:
    """What `make docs` draws: facts, dimensions, and the tests of relationships between them."""
    tables = {
        name: node["name"]
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["name"].startswith(("fct_", "dim_"))
    }
    keys = []
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if metadata.get("name") == "relationships":
            [other] = [
                name for name in node["depends_on"]["nodes"] if name != node["attached_node"]
            ]
            if node["attached_node"] in tables and other in tables:
                table, column = tables[node["attached_node"]], metadata["kwargs"]["column_name"]
                key = f'  "{table}" }}|--|| "{tables[other]}": {column}\n'
                keys.append((table, column, key))
    boxes = [f'  "{table}" {{\n  }}\n' for table in sorted(tables.values())]
    return "".join(["erDiagram\n", *boxes, *(key for *_, key in sorted(keys))])


def test_what_only_feeds_others_feeds_some_and_has_no_example_query(
    manifest: dict[str, Any], models: Nodes
) -> None:
    readers = manifest["child_map"]
    breaches = []
    for model in models:
        if model["config"]["meta"].get("supporting"):
            kinds = {name.split(".")[0] for name in readers[model["unique_id"]]}
            if "model" not in kinds:
                breaches.append(
                    Breach(declaration(model), "feeds no other model", "remove meta.supporting")
                )
            breaches += [
                Breach(declaration(model), f"readers cannot ask it, an {kind} does", "ask another")
                for kind in sorted(kinds & {"analysis", "exposure"})
            ]
    report(breaches)


def test_38_marts_are_shown(models: Nodes) -> None:
    shown = [model for model in read_by_people(models).values() if model["fqn"][1] == "marts"]
    assert len(shown) >= 38


def test_a_description_tells_the_questions_after_the_grain(models: Nodes) -> None:
    report(
        Breach(
            declaration(model),
            f"the first paragraph of {model['name']} does not say what it answers",
            'add "Answers …." after its grain',
        )
        for model in read_by_people(models).values()
        if not re.search(r"\bAnswers\s", model["description"].partition("\n\n")[0])
    )


def test_a_mart_answers_one_question(models: Nodes) -> None:
    """From which the tables of marts and the heads of example queries are written."""
    breaches = []
    for model in models:
        path, meta = declaration(model), model["config"]["meta"]
        question = meta.get("question")
        if model["unique_id"] not in read_by_people([model]):
            if question:
                what = f"{model['name']} has a meta.question, and is not shown to readers"
                breaches.append(Breach(path, what, "remove it"))
        elif not question:
            what = f"{model['name']} has no meta.question"
            breaches.append(Breach(path, what, "add the one that it answers, beside meta.grain"))
        elif question.count("?") != 1 or not question.endswith("?"):
            what = f"the meta.question of {model['name']} is not one question"
            breaches.append(Breach(path, what, "make it one sentence that ends in ?"))
    report(breaches)


def test_what_is_generated_is_not_stale() -> None:
    try:
        expected = generated_files(PROJECT_ROOT)
    except WarehouseError as error:
        page, _, what = error.what.partition(" ")
        report([Breach(page, what, error.fix)])
    sources = {SETTINGS_PAGE: "warehouse/settings.py says", DECISIONS: "the entries say"}
    report(
        Breach(
            path,
            f"is not what {sources.get(path, 'the YAML says')}",
            "make docs",
        )
        for path, text in expected.items()
        if (PROJECT_ROOT / path).read_text() != text
    )


def test_a_definition_is_told_once_and_used(manifest: dict[str, Any], models: Nodes) -> None:
    definitions = {
        name: block for name, block in manifest["docs"].items() if ".definition_" in name
    }
    used = {name for model in models for name in model["doc_blocks"]}
    breaches = []
    for model in models:
        for name in set(model["doc_blocks"]) - definitions.keys():
            what = f"the description takes in {name.split('.')[-1]}, which is no definition"
            fix = "take in blocks named definition_… only"
            breaches.append(Breach(declaration(model), what, fix))
    for name, block in definitions.items():
        path, title = block["original_file_path"], block["name"]
        if name not in used:
            what = f"{title} is used by no model"
            breaches.append(Breach(path, what, "take it into a description, or remove it"))
        if not block["block_contents"].startswith("**"):
            what = f"{title} does not begin with its word in bold"
            breaches.append(Breach(path, what, "begin it with **the word**"))
    report(breaches)


def test_every_mart_has_an_example_query(manifest: dict[str, Any], models: Nodes) -> None:
    asked = {
        name
        for node in manifest["nodes"].values()
        if node["resource_type"] == "analysis"
        for name in node["depends_on"]["nodes"]
    }
    report(
        Breach(
            model["original_file_path"],
            f"{model['name']} has no example query",
            f"add analyses/{model['name']}.sql, which reads {{{{ mart('{model['name']}') }}}}",
        )
        for name, model in read_by_people(models).items()
        if name not in asked
    )


def test_an_example_query_begins_with_its_question() -> None:
    """After that of its mart, which is generated."""
    paths = sorted((PROJECT_ROOT / "analyses").glob("*.sql"))
    breaches = []
    for path in paths:
        opening = re.match(r"-- For example: (.+\n)(-- .+\n)*", without_question(path.read_text()))
        if not opening or "?" not in opening[0]:
            fix = "begin it with the question of its mart, `--`, and `-- For example: …?`"
            what = "does not begin with its question"
            breaches.append(Breach(path.relative_to(PROJECT_ROOT), what, fix))
    if not paths:
        breaches.append(Breach("analyses", "holds no example query", "add some"))
    report(breaches)


def test_a_reader_says_what_it_reads_and_whose_it_is(
    manifest: dict[str, Any], models: Nodes
) -> None:
    """Marts that nobody is known to read are listed, as a warning: they are not wrong."""
    exposures = manifest["exposures"].values()
    read = {name for exposure in exposures for name in exposure["depends_on"]["nodes"]}
    shown = read_by_people(models)
    breaches = [
        Breach(EXPOSURES, f"{name.split('.')[-1]} is read, and is no mart", "name marts only")
        for name in read - shown.keys()
    ]
    for exposure in exposures:
        told = {
            "a description": exposure["description"],
            "an owner": exposure["owner"]["name"],
            "a label": exposure["label"],
        }
        for part, text in told.items():
            if not text:
                what = f"the exposure {exposure['name']} has no {part.partition(' ')[2]}"
                breaches.append(Breach(EXPOSURES, what, f"add {part}"))
    report(breaches)
    unread = sorted(model["name"] for name, model in shown.items() if name not in read)
    if unread:
        warnings.warn(
            f"{EXPOSURES} names no reader of {len(unread)} marts: {', '.join(unread)}",
            stacklevel=1,
        )


def test_the_demo_reads_what_its_exposure_says(manifest: dict[str, Any]) -> None:
    exposure = manifest["exposures"].get(f"exposure.{PACKAGE}.demo_summary")
    told = exposure["depends_on"]["nodes"] if exposure else []
    told = {name.split(".")[-1] for name in told}
    read = {*demo.MARTS, "file_reconciliation", "ledger_reconciliation"}
    breaches = [
        Breach(EXPOSURES, f"demo_summary lacks {name}, which the demo reads", "add it")
        for name in read - told
    ]
    breaches += [
        Breach(EXPOSURES, f"demo_summary names {name}, which the demo does not read", "remove it")
        for name in told - read
    ]
    report(breaches)


def test_the_overview_leads_to_every_mart(manifest: dict[str, Any], models: Nodes) -> None:
    overview = manifest["docs"][f"doc.{PACKAGE}.__overview__"]["block_contents"]
    links = re.findall(r"\[(\w+)\]\(#!/model/([\w.]+)\)", overview)
    linked = {name for _, name in links}
    readable = read_by_people(models)
    breaches = []
    for name, model in readable.items():
        if name not in linked:
            title = model["name"]
            fix = f"add a row with [{title}](#!/model/{name}) and what it answers"
            breaches.append(Breach(OVERVIEW, f"does not lead to {title}", fix))
    breaches += [
        Breach(OVERVIEW, f"leads to {name}, which is no mart", "remove the row")
        for name in linked - readable.keys()
    ]
    breaches += [
        Breach(OVERVIEW, f"calls {name} {label}", f"call it {name.split('.')[-1]}")
        for label, name in links
        if not name.endswith(f".{label}")
    ]
    report(breaches)


def test_the_star_schema_is_that_of_the_models(manifest: dict[str, Any]) -> None:
    page = (PROJECT_ROOT / PAGE).read_text()
    drawn = re.findall(r"^```mermaid\n(erDiagram\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    expected = star_schema(manifest)
    fix = "run `make docs`"
    if len(drawn) != 1:
        report([Breach(PAGE, f"has {len(drawn)} star schemas", "keep one")])
    lines, told = expected.splitlines(), drawn[0].splitlines()
    missing, wrong = (
        [line for line in these if line not in those]
        for these, those in ((lines, told), (told, lines))
    )
    breaches = [Breach(PAGE, f"the star schema lacks {line.strip(' {')}", fix) for line in missing]
    breaches += [
        Breach(PAGE, f"the star schema has {line.strip(' {')}, and the models do not", fix)
        for line in wrong
    ]
    if not breaches and drawn[0] != expected:
        breaches.append(Breach(PAGE, "the star schema is not drawn as `make docs` does", fix))
    report(breaches)
