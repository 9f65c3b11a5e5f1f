"""The rules of `dbt-bouncer.yml`, for every model, seed, source and macro."""

import json
import os
import subprocess
import sys
from pathlib import Path

import yaml

from warehouse.settings import PROJECT_ROOT

from .breaches import Breach, declaration, report
from .dbt_project import DbtProject

RULES = "dbt-bouncer.yml"
FIXES = {
    "check_macro_is_used": "remove the macro",
    "check_model_column_description_populated": "describe each column, by a block of columns.md",
    "check_model_columns_have_relationship_tests": "add the test relationships to the column",
    "check_model_columns_have_types": "add data_type to each column",
    "check_model_description_populated": 'describe it: "One row per …. Answers …"',
    "check_model_documented_in_same_directory": "add a .yml of its name beside it",
    "check_model_does_not_use_cartesian_join": "join by keys",
    "check_model_hard_coded_references": "read it by ref() or source()",
    "check_model_has_contracts_enforced": "leave contract to dbt_project.yml",
    "check_model_has_meta_keys": "add config.meta.grain, the list of columns that tell rows apart",
    "check_model_has_unique_test": "add the test primary_key of its grain, or every_line_once",
    "check_model_has_unit_tests": "add a unit test: test_<model>__<behaviour>",
    "check_seed_columns_have_types": "add data_type to each column",
    "check_seed_description_populated": "describe the seed",
    "check_source_description_populated": "describe the source table",
    "check_source_not_orphaned": "add the staging model that reads it, or remove it",
    "check_source_used_by_only_one_model": "let the one staging model read it alone",
}


def test_dbt_bouncer_finds_nothing(project: DbtProject, tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    answer = subprocess.run(
        [
            Path(sys.executable).with_name("dbt-bouncer"),
            "run",
            *("--config-file", PROJECT_ROOT / RULES),
            *("--output-file", found),
        ],
        cwd=PROJECT_ROOT,
        # It looks for the folder `target` of what it is given as the project.
        env={**os.environ, "DBT_PROJECT_DIR": str(project.answers.parent)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    if not found.exists():
        report([Breach(RULES, f"cannot be checked:\n{answer.stdout}{answer.stderr}", "see above")])
    results = json.loads(found.read_text())
    nodes = {**project.manifest["nodes"], **project.manifest["sources"]}
    breaches = []
    for result in results:
        if result["outcome"] != "success":
            node = nodes.get(result["unique_id"])
            file = declaration(node) if node else result["file_path"] or RULES
            rule = result["check_run_id"].partition(":")[0]
            what = " ".join(result["failure_message"].split()).rstrip(".")
            breaches.append(Breach(file, what, FIXES[rule]))
    if not results:
        breaches.append(Breach(RULES, "checks nothing", "see what `dbt-bouncer run` says"))
    report(breaches)


def test_every_rule_says_how_its_breach_is_mended() -> None:
    rules = yaml.safe_load((PROJECT_ROOT / RULES).read_text())["manifest_checks"]
    report(
        Breach(RULES, f"has the rule {rule['name']}, without a fix", f"add it to {__name__}.FIXES")
        for rule in rules
        if rule["name"] not in FIXES
    )
