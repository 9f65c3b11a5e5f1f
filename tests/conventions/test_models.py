"""The rules of CONVENTIONS.md that concern models as wholes, checked for each of them."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, declaration, named, report
from .dbt_project import PACKAGE

Model = dict[str, Any]
NAMES = {
    "staging": r"stg_{folder}__[a-z_]+s",
    "intermediate": r"int_{folder}__[a-z_]+ed",
    # A mart that is a concept of the business has that concept's plain name.
    "marts": r"(dim|fct)_[a-z_]+s|agg_[a-z_]+_(daily|six_hourly)|(?!stg_|int_)[a-z_]+",
    "quality": r"[a-z_]+",
}
MAY_READ = {
    "staging": {"staging"},
    "intermediate": {"staging", "intermediate"},
    # staging only through the change tracking: see the rule of the refs below
    "marts": {"staging", "intermediate", "marts"},
    "quality": {"staging", "intermediate", "marts", "quality"},
}
OWN = f"macro.{PACKAGE}."
# What is not followed from its text: it is part of a date that models read, or of a list of them.
FOLLOWED_OTHERWISE = {"as_of_date", "source_systems"}


def layer(model: Model) -> str:
    return model["fqn"][1]


def grain(model: Model) -> list[str]:
    return model["config"]["meta"].get("grain") or []


def variables_read(manifest: dict[str, Any], node: dict[str, Any]) -> set[str]:
    """The variables that a model or macro reads, itself or by macros of this project."""
    text = node["macro_sql"] if node["resource_type"] == "macro" else node["raw_code"]
    macros = [manifest["macros"][name] for name in node["depends_on"]["macros"] if OWN in name]
    return set(re.findall(r"\bvar\(\s*['\"](\w+)", text)).union(
        *(variables_read(manifest, macro) for macro in macros)
    )


def declarations() -> Iterator[Path]:
    """The YAML files that each declare a model."""
    for path in (PROJECT_ROOT / "models").rglob("*.yml"):
        if not re.fullmatch(r"_[a-z0-9_]+__sources\.yml|exposures\.yml", path.name):
            yield path.relative_to(PROJECT_ROOT)


def content(path: Path) -> dict[str, Any]:
    """What a YAML file of the project says."""
    return yaml.load((PROJECT_ROOT / path).read_text(), yaml.CSafeLoader) or {}


def test_every_model_has_one_sql_and_one_yaml_of_its_name(models: list[Model]) -> None:
    folder = PROJECT_ROOT / "models"
    sql = {path.relative_to(PROJECT_ROOT) for path in folder.rglob("*.sql")}
    declared = set(declarations())
    breaches = [
        Breach(path, f"has no {path.stem}.yml beside it", f"add {path.with_suffix('.yml')}")
        for path in sql
        if path.with_suffix(".yml") not in declared
    ]
    breaches += [
        Breach(path, f"has no {path.stem}.sql beside it", "remove it, or name it as its model")
        for path in declared
        if path.with_suffix(".sql") not in sql
    ]
    for path in declared:
        names = [model.get("name") for model in content(path).get("models") or []]
        if names != [path.stem]:
            what = f"declares {named(map(str, names)) or 'no model'}"
            breaches.append(Breach(path, what, f"declare {path.stem} alone"))
    enabled = {model["name"] for model in models}
    breaches += [
        Breach(path, "is not enabled", "enable it, or remove it")
        for path in sql
        if path.stem not in enabled
    ]
    report(breaches)


def test_names_say_layer_and_concept(models: list[Model]) -> None:
    breaches = []
    for model in models:
        path = model["original_file_path"]
        if layer(model) not in NAMES:
            fix = f"move it into a folder of models/{{{named(NAMES).replace(' ', '')}}}"
            breaches.append(Breach(path, "is in no layer", fix))
            continue
        pattern = NAMES[layer(model)].replace("{folder}", model["fqn"][-2])
        if not re.fullmatch(pattern, model["name"]):
            what = f"the name {model['name']} does not say layer and concept"
            breaches.append(Breach(path, what, f"rename it, to match {pattern}"))
    report(breaches)


def test_layers_read_only_what_is_before_them(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    breaches = []
    for model in models:
        path = model["original_file_path"]
        parents = model["depends_on"]["nodes"]
        sources = [name for name in parents if name.startswith("source.")]
        read = [manifest["nodes"][name] for name in parents if name.startswith("model.")]
        if len(sources) != (layer(model) == "staging"):
            fix = (
                "read exactly one, as each staging model"
                if layer(model) == "staging"
                else "read the staging model that reads it"
            )
            breaches.append(Breach(path, f"reads {len(sources)} source tables", fix))
        for parent in read:
            if layer(parent) not in MAY_READ.get(layer(model), set()):
                fix = f"read models of {named(MAY_READ.get(layer(model), set()))} only"
                what = f"reads {parent['name']}, of the layer {layer(parent)}"
                breaches.append(Breach(path, what, fix))
            elif layer(model) == "staging" and parent["name"] != "stg_landing__files":
                fix = "read stg_landing__files and one source table only"
                breaches.append(Breach(path, f"reads {parent['name']}", fix))
    report(breaches)


def test_core_marts_read_no_other_marts(manifest: dict[str, Any], models: list[Model]) -> None:
    """Facts and dimensions are what the other folders of marts are made of."""
    breaches = [
        f"{model['name']} reads {parent['name']}"
        for model in models
        if model["fqn"][1:3] == ["marts", "core"]
        for parent in map(manifest["nodes"].get, model["depends_on"]["nodes"])
        if parent and layer(parent) == "marts" and parent["fqn"][2] != "core"
    ]
    assert not breaches


def test_marts_name_no_staging_model(models: list[Model]) -> None:
    """They depend on staging through its change tracking, and read none of its rows."""
    report(
        Breach(
            model["original_file_path"],
            f"names the staging model {name}",
            "read an intermediate model, and follow staging by staging_upstreams",
        )
        for model in models
        if layer(model) == "marts"
        for name in re.findall(r"ref\(\s*['\"](stg_\w+)", model["raw_code"])
    )


def test_a_changed_variable_makes_anew_what_reads_it(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    """Each is followed, and named by the SQL of what reads it, also through a macro."""
    variables = set(content(Path("dbt_project.yml"))["vars"])
    macro = manifest["macros"][f"{OWN}values_of_variables"]
    found = {name for name in variables if f"'{name}'" in macro["macro_sql"]} - {"source_systems"}
    followed = variables - FOLLOWED_OTHERWISE
    path = macro["original_file_path"]
    breaches = [
        Breach(path, f"does not follow the variable {name}", "add it to those that are followed")
        for name in followed - found
    ]
    breaches += [
        Breach(path, f"follows the variable {name}", "leave it out: it is followed otherwise")
        for name in found - followed
    ]
    breaches += [
        Breach(
            model["original_file_path"],
            f"reads the variable {name} without naming it",
            f"take var('{name}') in the model and hand it to the macro",
        )
        for model in models
        for name in followed & variables_read(manifest, model)
        if name not in model["raw_code"]
    ]
    report(breaches)


def test_a_description_begins_with_the_grain(models: list[Model]) -> None:
    breaches = []
    for model in models:
        if not grain(model):
            fix = "add config.meta.grain, the list of columns that tell rows apart"
            breaches.append(Breach(declaration(model), f"{model['name']} has no meta.grain", fix))
        if not model["description"].startswith("One row per "):
            what = f"the description of {model['name']} does not begin with its grain"
            breaches.append(Breach(declaration(model), what, 'begin it with "One row per …"'))
    report(breaches)


def test_the_grain_is_columns_of_the_model(models: list[Model]) -> None:
    """But for a landed line, which has no key of its own."""
    report(
        Breach(
            declaration(model),
            f"meta.grain names {name}, which is no column of {model['name']}",
            "name columns that are declared",
        )
        for model in models
        if grain(model) != ["line"]
        for name in set(grain(model)) - set(model["columns"])
    )


def test_the_key_tested_is_the_grain(manifest: dict[str, Any], models: list[Model]) -> None:
    """Of each model, or, as a view may show what is stored as it is, of one built from it."""
    tested: dict[str, list[str]] = {}
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if metadata.get("name") == "primary_key":
            tested[node["attached_node"]] = metadata["kwargs"]["columns"]
        elif metadata.get("name") == "every_line_once":
            tested[node["attached_node"]] = ["line"]
    breaches = []
    for model in models:
        path, name = declaration(model), model["name"]
        test = "the test every_line_once" if grain(model) == ["line"] else "the test primary_key"
        fix = f"add {test} of its meta.grain"
        own = tested.get(model["unique_id"])
        if own is not None and own != grain(model):
            what = f"the key tested of {name} is {own}, its grain {grain(model) or 'not declared'}"
            breaches.append(Breach(path, what, "test the columns of meta.grain, in their order"))
        elif own is None and model["config"]["materialized"] == "view":
            neighbours = [*manifest["child_map"][model["unique_id"]], *model["depends_on"]["nodes"]]
            if grain(model) not in [tested.get(neighbour) for neighbour in neighbours]:
                what = f"neither {name} nor a model beside it is tested for its grain"
                breaches.append(Breach(path, what, fix))
        elif own is None:
            breaches.append(Breach(path, f"{name} is not tested for its grain", fix))
    report(breaches)


def test_what_is_built_hourly_reads_nothing_stale(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    """Its parents are built hourly too, or are seeds."""
    hourly = {model["unique_id"]: model for model in models if "hourly" in model["tags"]}
    breaches = [
        Breach(
            declaration(model),
            f"{model['name']} is built hourly and reads {parent.split('.')[-1]}, which is not",
            "tag both or neither with hourly",
        )
        for model in hourly.values()
        for parent in model["depends_on"]["nodes"]
        if parent.startswith("model.") and parent not in hourly
    ]
    if not hourly:
        breaches.append(Breach("models", "no model is built hourly", "tag some with hourly"))
    report(breaches)


def test_no_config_promises_what_nothing_keeps(models: list[Model]) -> None:
    """dbt knows a key and strategies that the materialization of this project does not read."""
    breaches = []
    for model in models:
        path, config = model["original_file_path"], model["config"]
        if config.get("unique_key"):
            fix = "remove it: the key is meta.grain, and whole partitions are replaced"
            breaches.append(Breach(path, "has a unique_key, which nothing reads", fix))
        if config["incremental_strategy"] != "replace_partitions":
            what = f"has the incremental_strategy {config['incremental_strategy']}"
            breaches.append(Breach(path, what, "leave it to dbt_project.yml"))
    report(breaches)


def test_docs_are_persisted(models: list[Model]) -> None:
    report(
        Breach(
            declaration(model),
            f"the descriptions of {model['name']} are not written to its table",
            "leave persist_docs to dbt_project.yml",
        )
        for model in models
        if model["config"]["persist_docs"] != {"relation": True, "columns": True}
    )


def test_sql_ends_with_a_named_last_step(models: list[Model]) -> None:
    """Each step has a name; the result is the last one's."""
    report(
        Breach(
            model["original_file_path"],
            "does not end with a named last step",
            "name the last step final, and end with an empty line and `select * from final`",
        )
        for model in models
        # one select per source system, nothing else
        if "{% for model_name in staging_models("
        not in "".join(model["raw_code"].splitlines()[1:2])
        and not model["raw_code"].rstrip().endswith("\n\nselect * from final")
    )


def test_every_source_system_is_its_folder() -> None:
    paths = list((PROJECT_ROOT / "models" / "staging").glob("*/_*__sources.yml"))
    breaches = []
    for path in [path.relative_to(PROJECT_ROOT) for path in paths]:
        folder = path.parent.name
        names = [source.get("name") for source in content(path).get("sources") or []]
        if names != [folder]:
            what = f"declares the source systems {named(map(str, names)) or 'none'}"
            breaches.append(Breach(path, what, f"declare {folder} alone, as the folder is named"))
        if path.name != f"_{folder}__sources.yml":
            fix = f"rename it to _{folder}__sources.yml"
            breaches.append(Breach(path, "is not named after its folder", fix))
    if not paths:
        breaches.append(Breach("models/staging", "has no source system", "add one"))
    report(breaches)
