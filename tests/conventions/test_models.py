"""The rules of CONVENTIONS.md that concern models, checked for each of them.

Each test collects every breach and fails with the list of them.
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from warehouse.settings import PROJECT_ROOT

from .conftest import run_dbt

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
    # staging only through the change tracking: see the test of the refs below
    "marts": {"staging", "intermediate", "marts"},
    "quality": {"staging", "intermediate", "marts", "quality"},
}
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
LONGEST_NAME = 120
OWN = "macro.ecommerce_warehouse."
MEASURES = r".*_(count|amount|price|seconds)"


def layer(model: Model) -> str:
    return model["fqn"][1]


def variables_read(manifest: dict[str, Any], node: dict[str, Any]) -> set[str]:
    """The variables that a model or macro reads, itself or by macros of this project."""
    text = node["macro_sql"] if node["resource_type"] == "macro" else node["raw_code"]
    macros = [manifest["macros"][name] for name in node["depends_on"]["macros"] if OWN in name]
    return set(re.findall(r"\bvar\(\s*['\"](\w+)", text)).union(
        *(variables_read(manifest, macro) for macro in macros)
    )


def is_of_lines(model: Model) -> bool:
    """Whether a row is a landed line, which has no key of its own."""
    return model["config"]["meta"].get("grain") == ["line"]


def test_every_model_has_one_sql_and_one_yaml_of_its_name(models: list[Model]) -> None:
    folder = PROJECT_ROOT / "models"
    sql = {path.with_suffix("") for path in folder.rglob("*.sql")}
    declarations = {
        path.with_suffix("")
        for path in folder.rglob("*.yml")
        if not re.fullmatch(r"_[a-z0-9_]+__sources\.yml|exposures\.yml", path.name)
    }
    assert sql == declarations
    for path in declarations:
        [declared] = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
        assert declared["name"] == path.name
    assert {path.name for path in sql} == {model["name"] for model in models}, (
        "every model is enabled"
    )


def test_names_say_layer_and_concept(models: list[Model]) -> None:
    for model in models:
        pattern = NAMES[layer(model)].replace("{folder}", model["fqn"][-2])
        assert re.fullmatch(pattern, model["name"]), f"{model['name']} should match {pattern}"


def test_layers_read_only_what_is_before_them(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    breaches = []
    for model in models:
        parents = model["depends_on"]["nodes"]
        sources = [name for name in parents if name.startswith("source.")]
        read = [manifest["nodes"][name] for name in parents if name.startswith("model.")]
        if len(sources) != (layer(model) == "staging"):
            breaches.append(f"{model['name']} reads {len(sources)} source tables")
        breaches += [
            f"{model['name']} reads {parent['name']}"
            for parent in read
            if layer(parent) not in MAY_READ[layer(model)]
            or (layer(model) == "staging" and parent["name"] != "stg_landing__files")
        ]
    assert not breaches


def test_marts_name_no_staging_model(models: list[Model]) -> None:
    """They depend on staging through its change tracking, and read none of its rows."""
    for model in models:
        if layer(model) == "marts":
            for name in re.findall(r"ref\(\s*['\"](\w+)", model["raw_code"]):
                assert not name.startswith("stg_"), f"{model['name']} reads {name}"


def test_a_changed_variable_makes_anew_what_reads_it(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    """Each is followed, and named by the SQL of what reads it, also through a macro."""
    variables = set(yaml.safe_load((PROJECT_ROOT / "dbt_project.yml").read_text())["vars"])
    followed = variables - {"as_of_date", "source_systems"}
    text = manifest["macros"][f"{OWN}values_of_variables"]["macro_sql"]
    assert followed == {name for name in variables if f"'{name}'" in text} - {"source_systems"}
    for model in models:
        for name in followed & variables_read(manifest, model):
            assert name in model["raw_code"], f"{model['name']} does not name {name}"


def test_unit_tests_hold_whatever_the_variables_are(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    """Else a shop that changes one could no longer build. Few depend on patterns and shops."""
    by_name = {model["name"]: model for model in models}
    for test in manifest["unit_tests"].values():
        model = by_name[test["model"]]
        read = variables_read(manifest, model)
        given = (test["overrides"] or {}).get("vars", {})
        missing = read - {"source_systems", "bot_user_agents"} - given.keys()
        assert not missing, f"{test['name']} takes the project's {missing}"


def test_a_description_begins_with_the_grain(models: list[Model]) -> None:
    for model in models:
        assert model["config"]["meta"].get("grain"), f"{model['name']} has no meta.grain"
        assert model["description"].startswith("One row per "), model["name"]


def test_the_grain_is_columns_of_the_model(models: list[Model]) -> None:
    for model in models:
        if not is_of_lines(model):
            unknown = set(model["config"]["meta"]["grain"]) - set(model["columns"])
            assert not unknown, f"{model['name']}: {unknown}"


def test_the_key_tested_is_the_grain(manifest: dict[str, Any], models: list[Model]) -> None:
    """Of each model, or, as a view may show what is stored as it is, of one built from it."""
    tested: dict[str, list[str]] = {}
    for node in manifest["nodes"].values():
        metadata = node.get("test_metadata") or {}
        if metadata.get("name") == "primary_key":
            tested[node["attached_node"]] = metadata["kwargs"]["columns"]
        elif metadata.get("name") == "every_line_once":
            tested[node["attached_node"]] = ["line"]
    for model in models:
        grain = model["config"]["meta"]["grain"]
        unique_key = model["config"].get("unique_key")
        assert unique_key in (None, grain), f"{model['name']}: unique_key {unique_key}"
        own = tested.get(model["unique_id"])
        if own is None and model["config"]["materialized"] == "view":
            neighbours = [*manifest["child_map"][model["unique_id"]], *model["depends_on"]["nodes"]]
            assert grain in [tested.get(name) for name in neighbours], model["name"]
        else:
            assert own == grain, model["name"]


def test_what_is_built_hourly_reads_nothing_stale(
    manifest: dict[str, Any], models: list[Model]
) -> None:
    """Its parents are built hourly too, or are seeds."""
    hourly = {model["unique_id"] for model in models if "hourly" in model["tags"]}
    assert hourly
    breaches = [
        f"{name} reads {parent}"
        for name in sorted(hourly)
        for parent in manifest["nodes"][name]["depends_on"]["nodes"]
        if parent.startswith("model.") and parent not in hourly
    ]
    assert not breaches


def test_an_hourly_run_tests_only_what_it_builds(
    parsed: Path, manifest: dict[str, Any], models: list[Model]
) -> None:
    hourly = {model["unique_id"] for model in models if "hourly" in model["tags"]}
    options = ["--select", "tag:hourly", "--indirect-selection", "cautious"]
    listed = run_dbt(
        parsed, "ls", "--quiet", "--output", "json", *options, "--resource-type", "test"
    )
    tests = [json.loads(line)["unique_id"] for line in listed.splitlines()]
    assert len(tests) > len(hourly)
    for test in tests:
        read = set(manifest["nodes"][test]["depends_on"]["nodes"])
        assert read <= hourly, test


def test_tests_stop_the_build(manifest: dict[str, Any]) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            assert node["config"]["severity"].lower() == "error", node["name"]
            assert node["config"]["enabled"], node["name"]


def test_docs_are_persisted(models: list[Model]) -> None:
    for model in models:
        assert model["config"]["persist_docs"] == {"relation": True, "columns": True}, model["name"]


def test_every_column_is_typed_as_its_name_says(models: list[Model]) -> None:
    breaches = []
    for model in models:
        for name, column in model["columns"].items():
            expected = next(
                (kind for pattern, kind in TYPES.items() if re.fullmatch(pattern, name)),
                column["data_type"],
            )
            if not column["data_type"] or column["data_type"] != expected:
                breaches.append(f"{model['name']}.{name}: {column['data_type']}, not {expected}")
    assert not breaches


def test_a_column_name_means_one_thing(models: list[Model]) -> None:
    breaches = []
    types: dict[str, str] = {}
    for model in models:
        for name, column in model["columns"].items():
            if column["doc_blocks"] != [f"doc.ecommerce_warehouse.column_{name}"]:
                breaches.append(f"{model['name']}.{name} is not described by doc column_{name}")
            if types.setdefault(name, column["data_type"]) != column["data_type"]:
                breaches.append(f"{model['name']}.{name}: {column['data_type']}, not {types[name]}")
    assert not breaches


def test_a_description_of_a_column_fits_the_metastore(models: list[Model]) -> None:
    """Hive keeps 256 characters of it, and refuses the table with a longer one."""
    for model in models:
        for name, column in model["columns"].items():
            assert len(column["description"]) <= 256, f"{model['name']}.{name}"


def test_every_described_column_exists(manifest: dict[str, Any], models: list[Model]) -> None:
    files = sorted((PROJECT_ROOT / "models").glob("columns*.md"))
    text = "".join(path.read_text() for path in files)
    described = re.findall(r"{% docs column_(\w+) %}", text)
    assert len(described) == len(set(described))
    seeds = {
        name
        for node in manifest["nodes"].values()
        if node["resource_type"] == "seed"
        for name in node["columns"]
    }
    assert set(described) == {name for model in models for name in model["columns"]} | seeds


def test_measures_say_whether_they_add_up(models: list[Model]) -> None:
    breaches = [
        f"{model['name']}.{name}"
        for model in models
        if layer(model) == "marts"
        for name, column in model["columns"].items()
        if re.fullmatch(MEASURES, name)
        and column["config"]["meta"].get("additivity") not in ("additive", "semi", "non")
    ]
    assert not breaches


def test_unit_tests_are_named_after_model_and_behaviour(manifest: dict[str, Any]) -> None:
    for test in manifest["unit_tests"].values():
        assert re.fullmatch(rf"test_{test['model']}__[a-z0-9_]+", test["name"]), test["name"]
        assert test["description"], test["name"]


def test_names_of_data_tests_can_be_read(manifest: dict[str, Any]) -> None:
    """What dbt makes of a test's arguments is longer than tools take, and fills the screen."""
    names = [node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert [name for name in names if len(name) > LONGEST_NAME] == []


def test_sql_ends_with_a_named_last_step(models: list[Model]) -> None:
    """Each step has a name; the result is the last one's."""
    for model in models:
        if "{% for model_name in staging_models(" in model["raw_code"].splitlines()[1]:
            continue  # one select per source system, nothing else
        sql = model["raw_code"].rstrip()
        assert sql.endswith("\n\nselect * from final"), model["name"]


def test_every_macro_has_a_file_of_its_name_and_says_what_it_does(
    manifest: dict[str, Any],
) -> None:
    for macro in manifest["macros"].values():
        if macro["package_name"] != "ecommerce_warehouse":
            continue
        path = Path(macro["original_file_path"])
        if path.parts[0] != "macros":
            continue  # generic tests
        if macro["name"].startswith("materialization_"):
            assert macro["name"].startswith(f"materialization_{path.stem}_")
        else:
            assert macro["name"] == path.stem
        text = (PROJECT_ROOT / path).read_text()
        assert text.startswith("{#-"), f"{path} does not begin with a comment"


def test_every_source_system_is_its_folder() -> None:
    declarations = list((PROJECT_ROOT / "models" / "staging").glob("*/_*__sources.yml"))
    assert declarations
    for path in declarations:
        [source] = yaml.safe_load(path.read_text())["sources"]
        assert path.name == f"_{path.parent.name}__sources.yml"
        assert source["name"] == path.parent.name
