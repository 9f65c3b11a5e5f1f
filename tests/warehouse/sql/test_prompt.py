"""The SQL prompt splits what is typed and shows what comes back."""

from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console

from warehouse.sql.connection import Result
from warehouse.sql.prompt import as_table, split_statements


@pytest.mark.parametrize(
    ("text", "statements"),
    [
        ("select 1", ["select 1"]),
        ("select 1;", ["select 1"]),
        (" select 1 ;\n\n select 2; ;", ["select 1", "select 2"]),
        ("select ';'; select \"a;b\"", ["select ';'", 'select "a;b"']),
        (r"select 'it\'s; so'; select 2", [r"select 'it\'s; so'", "select 2"]),
        ("select 1 -- one; not two\n; select 2", ["select 1 -- one; not two", "select 2"]),
        ("select /* ; */ 1; select `a;b`", ["select /* ; */ 1", "select `a;b`"]),
        ("select 1; -- done\n", ["select 1"]),
        ("/* first; */ select 1; /* last */;", ["/* first; */ select 1"]),
        ("  \n", []),
    ],
)
def test_statements_are_split_outside_quotes_and_comments(text: str, statements: list[str]) -> None:
    assert split_statements(text) == statements


def shown(result: Result) -> str:
    output = StringIO()
    Console(file=output, width=60).print(as_table(result))
    return output.getvalue()


def test_null_is_told_from_empty_text() -> None:
    assert "null" in shown(Result(["a"], [(None,)]))
    assert "null" not in shown(Result(["a"], [("",)]))


def test_numbers_stand_to_the_right_and_keep_every_digit() -> None:
    table = as_table(Result(["amount", "name"], [(Decimal("9.5000"), "x"), (None, "y")]))
    assert [column.justify for column in table.columns] == ["right", "left"]
    assert "9.5000" in shown(Result(["amount"], [(Decimal("9.5000"),)]))


def test_wide_values_are_folded_and_brackets_stay() -> None:
    long = "0123456789" * 12
    assert sum(long[i : i + 10] in shown(Result(["a"], [(long,)])) for i in range(1)) == 1
    folded = "".join(c for c in shown(Result(["a"], [(long,)])) if c.isdigit())
    assert folded == long
    assert "[red]x[/red]" in shown(Result(["a"], [("[red]x[/red]",)]))
    assert "\\[red]" in shown(Result(["a"], [("\\[red]",)]))
    assert "prices[key]" in shown(Result(["prices[key]"], [(1,)]))
