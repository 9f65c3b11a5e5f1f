import re
from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from warehouse.sql.literals import literal

SPARK_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'"}


def read_as_spark(text: str) -> str:
    """What Spark's parser makes of a literal, by the rules in its own documentation."""
    assert re.fullmatch(r"'(?:[^'\\]|\\.)*'", text, re.DOTALL), "the literal ends early or late"

    def unescaped(match: re.Match[str]) -> str:
        code = match.group(1)
        return chr(int(code[1:], 16)) if len(code) == 5 else SPARK_ESCAPES[code]

    return re.sub(r"\\(u[0-9a-f]{4}|.)", unescaped, text[1:-1], flags=re.DOTALL)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@example("it's \\' or \\\\' 1=1 --")
@example("\\u0041\\n\\%\\_")
@example("${env:PATH} \0 \r\n")
def test_literal__text_survives(text: str) -> None:
    assert read_as_spark(literal(text)) == text


@given(st.text())
def test_literal__offers_no_variable_to_fill_in_and_stays_on_one_line(text: str) -> None:
    written = literal(text)
    assert "${" not in written
    assert not re.search(r"[\x00-\x1f]", written)


def test_literal__other_types() -> None:
    moment = datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    assert literal(12) == "12L"
    assert literal(date(2024, 1, 2)) == "date'2024-01-02'"
    assert literal(moment) == "timestamp'2024-01-02 03:04:05.000678Z'"
    assert literal(moment.astimezone(timezone(timedelta(hours=5)))) == literal(moment)
    assert literal(["a", "b'"]) == "cast(array('a', 'b\\'') as array<string>)"
    assert literal([]) == "cast(array() as array<string>)"
