"""The files of a new mart that sums up the rows of another one by some of its columns.

The templates beside this module hold all that such a mart has of the project's own idiom.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse.docs.generated import question_comment, write_generated_files
from warehouse.docs.marts import declared_model
from warehouse.errors import UsageError

# A name says that it sums up dates or hours, or is a concept of the business.
_NAME = re.compile(r"agg_[a-z_]+_(daily|six_hourly)|(?!(stg|int|dim|fct|agg)_)[a-z][a-z_]*")
# What a row of a unit test holds, by type; others are left out.
_EXAMPLES = {
    "string": "a",
    "date": "2024-03-01",
    "timestamp": '"2024-03-01T12:00:00Z"',
    "boolean": "false",
    "int": "1",
    "bigint": "1",
    "decimal(18,4)": "1",
}


@dataclass(frozen=True)
class Column:
    """A column of a mart.

    Attributes:
        data_type: as its contract says it.
        additivity: of a measure; else empty.
        sql: how a measure is summed up.
        refers_to, field: the model and column that it is tested to be in; else empty.
    """

    name: str
    data_type: str
    additivity: str = ""
    sql: str = ""
    refers_to: str = ""
    field: str = ""

    @property
    def example(self) -> str:
        """Its part of a row of a unit test; empty where there is none for its type."""
        value = "shop" if self.name == "source_system" else _EXAMPLES.get(self.data_type, "")
        return f"{self.name}: {value}" if value else ""


@dataclass(frozen=True)
class Table:
    """A mart that is there already.

    Attributes:
        sql: the path of its model.
    """

    sql: Path

    @property
    def name(self) -> str:
        """The name of the table."""
        return self.sql.stem

    @cached_property
    def text(self) -> str:
        """The SQL of its model."""
        return self.sql.read_text()

    @cached_property
    def columns(self) -> dict[str, dict[str, Any]]:
        """What its YAML says of each column, by name."""
        declared = declared_model(self.sql.with_suffix(".yml")).get("columns") or []
        return {column["name"]: column for column in declared}

    @property
    def is_view(self) -> bool:
        """Whether it stores no rows, so that nothing can follow them."""
        return "materialized='incremental'" not in self.text

    @property
    def partitions(self) -> list[str]:
        """The dates by which its rows are stored apart."""
        found = re.search(r"partition_by=\[(.*?)\]", self.text)
        names = re.findall(r"'(\w+)'", found[1]) if found else []
        return [name for name in names if self.columns[name]["data_type"] == "date"]

    @property
    def rows(self) -> str:
        """What its rows are called: sessions, order_lines."""
        return re.sub(r"^(fct|dim|agg)_|_(daily|six_hourly)$", "", self.name)


def new_mart(
    root: Path, name: str, table_name: str, by: Sequence[str], folder: str | None = None
) -> list[Path]:
    """Write the files of a new mart into a checkout, and what `make docs` writes of it.

    Args:
        root: the checkout.
        name: of the mart.
        table_name: the mart whose rows are summed up.
        by: the columns that tell rows apart, beside `source_system`.
        folder: of `models/marts`; None: `daily` for a name that begins with `agg_`, else that of
            the table.

    Returns:
        The paths of what was written, within the checkout.

    Raises:
        UsageError: the name is taken or wrong, or there is no such table, column or folder.
    """
    _refuse_a_wrong_name(root, name)
    table = _table(root, table_name)
    _refuse_unknown_columns(table, by)
    folder = _folder(root, name, table, folder)
    oracle = _oracle_file(root, folder)

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = _names(root, name, table, by)

    def rendered(template: str) -> str:
        return environment.get_template(f"{template}.jinja").render(names)

    model = Path("models", "marts", folder, name)
    files = {
        model.with_suffix(".sql"): rendered("mart.sql").lstrip("\n"),
        model.with_suffix(".yml"): rendered("mart.yml"),
        Path("analyses", f"{name}.sql"): rendered("query.sql"),
        oracle: (root / oracle).read_text() + rendered("oracle.sql"),
    }
    for path, text in files.items():
        (root / path).write_text(text)
    return [*files, *write_generated_files(root)]


def _names(root: Path, name: str, table: Table, by: Sequence[str]) -> dict[str, Any]:
    """What the templates are filled with."""
    source = ["source_system"] if "source_system" in table.columns else []
    grain = list(dict.fromkeys([*source, *by]))
    measures = list(_measures(root, table))
    has_bots = "is_bot" in table.columns
    summed = [measure.name for measure in measures if measure.name in table.columns]
    own = [_key(root, table, column) for column in grain]
    read = list(dict.fromkeys([*grain, *summed]))
    given = [Column(column, table.columns[column]["data_type"]) for column in read]
    bots = [Column("is_bot", "boolean")] if has_bots else []
    return {
        "name": name,
        "table": table.name,
        "rows": table.rows,
        "partition": next((column for column in by if column in table.partitions), ""),
        "has_bots": has_bots,
        "grain": grain,
        "read": read,
        "measures": measures,
        "columns": [*own, *measures],
        "shown": [*grain, *(measure.name for measure in measures[:1])],
        "given": [column.example for column in [*given, *bots] if column.example],
        "expected": [column.example for column in [*own, *measures] if column.example],
        "question_comment": question_comment("TODO: which one question does it answer?").rstrip(),
    }


def _measures(root: Path, table: Table) -> Iterator[Column]:
    """How many rows there are, where that has a name already, and the sums of what adds up."""
    count = f"{table.rows.removesuffix('s')}_count"
    described = "".join(page.read_text() for page in (root / "models").glob("columns*.md"))
    is_known = f"{{% docs column_{count} %}}" in described
    # Not every row is one that counts, where the table says which does.
    counts_all = table.name.startswith("fct_") and "is_purchase" not in table.columns
    if is_known and counts_all and count not in table.columns:
        yield Column(count, "bigint", "additive", "count(*)")
    for name, column in table.columns.items():
        meta = column.get("config", {}).get("meta", {})
        if meta.get("additivity") == "additive":
            kind = column["data_type"]
            total = f"sum({name})"
            if kind.startswith("decimal"):
                total = f"cast({total} as {kind.replace(',', ', ')})"
            yield Column(name, kind, "additive", total)


def _key(root: Path, table: Table, name: str) -> Column:
    """A column of the grain, with the dimension or fact that `dbt-bouncer.yml` asks it to name."""
    kind = table.columns[name]["data_type"]
    rules = yaml.safe_load((root / "dbt-bouncer.yml").read_text())["manifest_checks"]
    for rule in rules:
        pattern = rule.get("column_name_pattern")
        if pattern and re.search(pattern, name):
            target = rule["target_model_pattern"].strip("^$")
            field = "date_day" if target == "dim_dates" else name
            return Column(name, kind, refers_to=target, field=field)
    return Column(name, kind)


def _refuse_a_wrong_name(root: Path, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{name} is no name of a mart",
            "name it agg_…_daily, or by its concept in lower case, such as rfm_segments",
        )
    taken = [*root.glob(f"models/**/{name}.sql"), *root.glob(f"seeds/**/{name}.csv")]
    if taken:
        raise UsageError(f"{taken[0].relative_to(root)} is there already", "take another name")


def _table(root: Path, name: str) -> Table:
    tables = {path.stem: Table(path) for path in root.glob("models/marts/*/*.sql")}
    if name not in tables:
        raise UsageError(
            f"There is no mart {name} to sum up", "name one that is in models/marts, as --from"
        )
    table = tables[name]
    if table.is_view:
        read = set(re.findall(r"ref\('(\w+)'\)", table.text)) & tables.keys()
        raise UsageError(
            f"{name} is a view, which stores no rows to follow",
            f"name a table that it reads: {', '.join(sorted(read))}",
        )
    return table


def _refuse_unknown_columns(table: Table, by: Sequence[str]) -> None:
    for column in by:
        if column not in table.columns:
            raise UsageError(
                f"{table.name} has no column {column}", f"one of {', '.join(table.columns)}"
            )


def _folder(root: Path, name: str, table: Table, folder: str | None) -> str:
    found = {path.name for path in (root / "models" / "marts").iterdir() if path.is_dir()}
    # Facts and dimensions are made of landed lines, not of marts.
    known = sorted(found - {"core"})
    chosen = folder or ("daily" if name.startswith("agg_") else table.sql.parent.name)
    if chosen not in known:
        what = f"{chosen} is no folder" if folder else f"Nothing tells the folder of {name}"
        raise UsageError(what, f"name it by --folder: {', '.join(known)}")
    return chosen


def _oracle_file(root: Path, folder: str) -> Path:
    """Where the oracle computes the marts of a folder."""
    path = Path("tests", "oracle", f"{folder}.sql")
    if not (root / path).is_file():
        raise UsageError(f"The oracle has no file for the folder {folder}", f"add {path}")
    return path
