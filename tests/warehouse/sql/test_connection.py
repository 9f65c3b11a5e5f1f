"""A rejected statement is reported in the server's own words, in one line."""

import pytest
from pyhive.exc import OperationalError

from warehouse.sql.connection import _reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "Error running query: [NOT_FOUND] org.apache.spark.sql.AnalysisException: "
            "[NOT_FOUND] There is no table `a.b`.; line 1 pos 0;\n'Project [*]\n",
            "[NOT_FOUND] There is no table `a.b`.; line 1 pos 0;",
        ),
        (
            "Error running query: [PARSE] org.apache.spark.sql.catalyst.parser.ParseException: \n"
            "[PARSE] Syntax error near 'selct'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==",
            "[PARSE] Syntax error near 'selct'. SQLSTATE: 42601 (line 1, pos 0)",
        ),
        ("[DIVIDE_BY_ZERO.SUB] java.lang.ArithmeticException: [X] By zero.\n\tat", "[X] By zero"),
        ("Something else", "Something else"),
        ("", "the server gave no reason"),
    ],
)
def test_reason(said: str, reason: str) -> None:
    assert _reason(OperationalError(said)) == reason
