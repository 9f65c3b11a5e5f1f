"""`.env.example` documents every setting as it is."""

import os
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from warehouse.settings import PROJECT_ROOT, Settings

from .breaches import Breach, report

FILE = ".env.example"
LINES = (PROJECT_ROOT / FILE).read_text().splitlines()
EXAMPLES = [line.removeprefix("# ") for line in LINES if re.match(r"# [A-Z_0-9]+=", line)]


def variable(field: str) -> str:
    information = Settings.model_fields[field]
    # Of a setting for each source system, one is shown.
    ending = "__REES46" if information.annotation == dict[str, Path] else ""
    return str(information.validation_alias or f"WAREHOUSE_{field}".upper() + ending)


def examples() -> dict[str, str]:
    return dict(line.split("=", 1) for line in EXAMPLES)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith(("WAREHOUSE_", "JAVA_"))]:
        monkeypatch.delenv(name)


def test_every_setting_is_named_once() -> None:
    named = Counter(line.partition("=")[0] for line in EXAMPLES)
    settings = set(map(variable, Settings.model_fields))
    breaches = [
        Breach(FILE, f"does not name {name}", f"add `# {name}=` with its default or an example")
        for name in settings - named.keys()
    ]
    breaches += [
        Breach(FILE, f"names {name}, which is no setting", "remove it")
        for name in named.keys() - settings
    ]
    breaches += [
        Breach(FILE, f"names {name} {count} times", "keep one")
        for name, count in named.items()
        if count > 1
    ]
    report(breaches)


def test_nothing_is_set() -> None:
    report(
        Breach(f"{FILE}:{number}", f"sets {line}", f"make it a comment: # {line}")
        for number, line in enumerate(LINES, start=1)
        if line and not line.startswith("#")
    )


def test_values_are_the_defaults_unless_called_examples() -> None:
    called_examples = {
        after.removeprefix("# ").partition("=")[0]
        for before, after in pairwise(LINES)
        if before.endswith("Example:")
    }
    values = examples()
    breaches = []
    for field, information in Settings.model_fields.items():
        name, default = variable(field), information.default
        has_plain_default = default not in (None, "", {}) and not isinstance(default, Path)
        if has_plain_default and name in called_examples:
            what = f"calls the value of {name} an example, and there is a default"
            breaches.append(Breach(FILE, what, f"show the default {default}"))
        elif has_plain_default and values.get(name) != str(default):
            what = f"shows {name}={values.get(name)}, and the default is {default}"
            breaches.append(Breach(FILE, what, "show the default"))
        elif not has_plain_default and name not in called_examples:
            what = f"does not call the value of {name} an example"
            breaches.append(Breach(FILE, what, 'end the comment before it with "Example:"'))
    report(breaches)


def test_every_value_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("\n".join([*EXAMPLES, "WAREHOUSE_TARGET=cluster"]))
    try:
        settings = Settings(_env_file=file)
    except ValidationError as error:
        report(
            Breach(FILE, f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}", "show a valid one")
            for wrong in error.errors()
        )
    values = examples() | {"WAREHOUSE_TARGET": "cluster"}
    breaches = []
    for field in Settings.model_fields:
        name, value = variable(field), getattr(settings, field)
        value = value.get("rees46") if isinstance(value, dict) else value
        if str(value) != values.get(name):
            what = f"shows {name}={values.get(name)}, which is read as {value}"
            breaches.append(Breach(FILE, what, "write it as it is read"))
    report(breaches)
