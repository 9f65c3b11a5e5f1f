"""`.env.example` documents every setting as it is."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest

from warehouse.settings import Settings

LINES = (Path(__file__).resolve().parents[2] / ".env.example").read_text().splitlines()
EXAMPLES = [line.removeprefix("# ") for line in LINES if re.match(r"# [A-Z_0-9]+=", line)]


def variable(field: str) -> str:
    information = Settings.model_fields[field]
    # Of a setting for each source system, one is shown.
    ending = "__REES46" if information.annotation == dict[str, Path] else ""
    return str(information.validation_alias or f"WAREHOUSE_{field}".upper() + ending)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in [name for name in os.environ if name.upper().startswith(("WAREHOUSE_", "JAVA_"))]:
        monkeypatch.delenv(name)


def test_every_setting_is_named_once():
    named = [line.partition("=")[0] for line in EXAMPLES]
    assert sorted(named) == sorted(map(variable, Settings.model_fields))


def test_nothing_is_set():
    assert all(not line or line.startswith("#") for line in LINES)


def test_values_are_the_defaults_unless_called_examples():
    called_examples = {
        after.removeprefix("# ").partition("=")[0]
        for before, after in pairwise(LINES)
        if before.endswith("Example:")
    }
    values = dict(line.split("=", 1) for line in EXAMPLES)
    for field, information in Settings.model_fields.items():
        has_plain_default = information.default not in (None, "", {}) and not isinstance(
            information.default, Path
        )
        assert has_plain_default == (variable(field) not in called_examples), field
        if has_plain_default:
            assert values[variable(field)] == str(information.default)


def test_every_value_is_accepted(tmp_path):
    file = tmp_path / ".env"
    file.write_text("\n".join([*EXAMPLES, "WAREHOUSE_TARGET=cluster"]))
    settings = Settings(_env_file=file)
    values = dict(line.split("=", 1) for line in EXAMPLES) | {"WAREHOUSE_TARGET": "cluster"}
    for field in Settings.model_fields:
        value = getattr(settings, field)
        value = value["rees46"] if isinstance(value, dict) else value
        assert str(value) == values[variable(field)]
