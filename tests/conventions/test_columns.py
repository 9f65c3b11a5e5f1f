"""The rules of CONVENTIONS.md that concern the columns of models."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, declaration, report
from .dbt_project import PACKAGE

Node = dict[str, Any]
TYPES = {
    r".*_id": "string",
    r".*_ids": "array<string>",
    r".*_at": "timestamp",
    r".*_date": "date",
    r"(is|has)_.*": "boolean",
    r".*_count": "bigint",
    r".*_(amount|price)": "decimal(18,4)",
    r".*_rate": "double",
}
MEASURES = r".*_(count|amount|price|seconds)"
LONGEST_DESCRIPTION = 256


def columns_of(models: list[Node]) -> Iterator[tuple[Node, str, Node]]:
    """Every model, with the name and the declaration of every column."""
    for model in models:
        for name, column in model["columns"].items():
            yield model, name, column


def test_every_column_is_typed_as_its_name_says(models: list[Node]) -> None:
    breaches = []
    for model, name, column in columns_of(models):
        expected = next(
            (kind for pattern, kind in TYPES.items() if re.fullmatch(pattern, name)), None
        )
        if not column["data_type"]:
            what = f"column {name} has no data_type"
            breaches.append(Breach(declaration(model), what, f"add {expected or 'it'}"))
        elif expected and column["data_type"] != expected:
            what = f"column {name} is {column['data_type']}, and named like a {expected}"
            breaches.append(Breach(declaration(model), what, f"make it {expected}, or rename it"))
    report(breaches)


def test_a_column_name_means_one_thing(models: list[Node]) -> None:
    breaches = []
    types: dict[str, Counter[str]] = {}
    for model, name, column in columns_of(models):
        types.setdefault(name, Counter())[column["data_type"]] += 1
        if column["doc_blocks"] != [f"doc.{PACKAGE}.column_{name}"]:
            what = f"column {name} is not described by the block column_{name} alone"
            fix = f"describe it as \"{{{{ doc('column_{name}') }}}}\", of models/columns*.md"
            breaches.append(Breach(declaration(model), what, fix))
    for model, name, column in columns_of(models):
        [(usual, _)] = types[name].most_common(1)
        if column["data_type"] != usual:
            what = f"column {name} is {column['data_type']}, and {usual} in other models"
            breaches.append(Breach(declaration(model), what, f"make it {usual}, or rename it"))
    report(breaches)


def test_a_description_of_a_column_fits_the_metastore(models: list[Node]) -> None:
    """Hive keeps 256 characters of it, and refuses the table with a longer one."""
    report(
        Breach(
            declaration(model),
            f"the description of column {name} has {len(column['description'])} characters",
            f"shorten it to {LONGEST_DESCRIPTION}, which the metastore keeps",
        )
        for model, name, column in columns_of(models)
        if len(column["description"]) > LONGEST_DESCRIPTION
    )


def test_every_described_column_exists(manifest: dict[str, Any], models: list[Node]) -> None:
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    existing = {name for _, name, _ in columns_of([*models, *seeds])}
    described: dict[str, str] = {}
    breaches = []
    for path in sorted((PROJECT_ROOT / "models").glob("columns*.md")):
        file = str(path.relative_to(PROJECT_ROOT))
        for name in re.findall(r"{% docs column_(\w+) %}", path.read_text()):
            if name in described:
                what = f"describes column {name}, as {described[name]} does"
                breaches.append(Breach(file, what, "keep one of the two blocks"))
            elif name not in existing:
                what = f"describes column {name}, which no model has"
                breaches.append(Breach(file, what, "remove the block"))
            described.setdefault(name, file)
    breaches += [
        Breach(
            declaration(node),
            f"column {name} is described nowhere",
            f"add the block column_{name} to models/columns.md",
        )
        for node, name, _ in columns_of([*models, *seeds])
        if name not in described
    ]
    report(breaches)


def test_measures_say_whether_they_add_up(models: list[Node]) -> None:
    report(
        Breach(
            declaration(model),
            f"measure {name} has no additivity",
            "add config.meta.additivity (additive, semi or non) to the column",
        )
        for model, name, column in columns_of(models)
        if model["fqn"][1] == "marts"
        and re.fullmatch(MEASURES, name)
        and column["config"]["meta"].get("additivity") not in ("additive", "semi", "non")
    )
