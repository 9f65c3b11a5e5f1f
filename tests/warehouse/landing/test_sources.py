from pathlib import Path

import pytest
import yaml

from warehouse.errors import UsageError
from warehouse.landing.sources import known_sources, load_source, load_sources


def declaration(name: str = "corner") -> dict:
    return {
        "version": 2,
        "sources": [
            {
                "name": name,
                "schema": "{{ env_var('WAREHOUSE_SCHEMA_PREFIX', '') }}raw",
                "config": {"meta": {"currency": "EUR"}},
                "tables": [
                    {
                        "name": "sales",
                        "identifier": f"{name}__sales",
                        "config": {
                            "meta": {
                                "file_name_patterns": ["sales*.csv"],
                                "required_columns": ["id"],
                            }
                        },
                        "columns": [{"name": "line"}],
                    }
                ],
            }
        ],
    }


def declare(folder: Path, content: object, name: str = "corner") -> None:
    (folder / name).mkdir()
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (folder / name / f"_{name}__sources.yml").write_text(text)


def test_load_source__a_new_shop_needs_nothing_but_its_file(tmp_path: Path) -> None:
    declare(tmp_path, declaration())
    assert known_sources(tmp_path) == ["corner"]
    source = load_source("corner", tmp_path)
    assert (source.delimiter, source.quote) == (",", '"')
    assert source.table("sales").required_columns == ["id"]
    assert source.table("sales").takes("sales_2024.csv")
    assert not source.table("sales").takes("old_sales.csv")
    with pytest.raises(UsageError, match=r"corner has no table orders.*sales"):
        source.table("orders")


def test_load_sources__the_declared_source_systems_are_valid() -> None:
    sources = {source.name: source for source in load_sources()}
    assert {"shop", "rees46", "online_retail"} <= set(sources)
    assert sources["shop"].table("events").identifier == "shop__events"


def test_load_source__unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    declare(tmp_path, declaration())
    with pytest.raises(UsageError, match=r"There is no source system conrer.*corner"):
        load_source("conrer", tmp_path)


def without(key: str) -> dict:
    content = declaration()
    meta = content["sources"][0]["tables"][0]["config"]["meta"]
    meta.pop(key)
    return content


def with_delimiter(delimiter: str) -> dict:
    content = declaration()
    content["sources"][0]["config"]["meta"]["delimiter"] = delimiter
    return content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (without("required_columns"), "sources.0.tables.0.config.meta.required_columns"),
        (without("file_name_patterns"), "sources.0.tables.0.config.meta.file_name_patterns"),
        (with_delimiter("::"), "sources.0.config.meta.delimiter"),
        (declaration("other"), "declares other"),
        ("sources: [", "is not valid YAML"),
        ("", "file: Input should be"),
    ],
)
def test_load_source__a_wrong_declaration_is_named_with_its_key(
    tmp_path: Path, content: object, reason: str
) -> None:
    declare(tmp_path, content)
    with pytest.raises(UsageError) as raised:
        load_source("corner", tmp_path)
    message = str(raised.value)
    assert message.startswith("models/staging/corner/_corner__sources.yml")
    assert reason in message
    assert "\n" not in message
