from pathlib import Path

import pytest

from warehouse.errors import UsageError
from warehouse.landing.local_files.header import LONGEST_HEADER, Header, read_header
from warehouse.landing.sources import Source, Table


def source(delimiter: str = ",") -> Source:
    return Source.model_validate(
        {
            "name": "corner",
            "config": {"meta": {"currency": "EUR", "delimiter": delimiter}},
            "tables": [
                {
                    "name": "events",
                    "identifier": "corner__events",
                    "config": {
                        "meta": {
                            "file_name_patterns": ["events*.csv"],
                            "required_columns": ["id", "time", "price"],
                        }
                    },
                }
            ],
        }
    )


def table(of: Source) -> Table:
    return of.tables[0]


def header_of(first_line: bytes, delimiter: str = ",") -> Header:
    declared = source(delimiter)
    return read_header(Path("events.csv"), first_line, declared, table(declared))


@pytest.mark.parametrize(
    ("first_line", "line", "columns"),
    [
        (b"id,time,price\n", "id,time,price", ["id", "time", "price"]),
        (b"id,time,price", "id,time,price", ["id", "time", "price"]),
        (b"id,time,price\r\n", "id,time,price\r", ["id", "time", "price"]),
        (b"\xef\xbb\xbfid,time,price\n", "id,time,price", ["id", "time", "price"]),
        (b'price,"time", id ,more\n', 'price,"time", id ,more', ["price", "time", "id", "more"]),
        (b'id,time,price,"a,""b"\n', 'id,time,price,"a,""b"', ["id", "time", "price", 'a,"b']),
        (b"id,time,price,\n", "id,time,price,", ["id", "time", "price", ""]),
        ("id,time,price,größe\n".encode(), "id,time,price,größe", ["id", "time", "price", "größe"]),
    ],
)
def test_read_header__keeps_the_line_and_names_its_columns(
    first_line: bytes, line: str, columns: list[str]
) -> None:
    assert header_of(first_line) == Header(line, columns)


@pytest.mark.parametrize(
    ("first_line", "reason"),
    [
        (b"", "is empty"),
        (b"\n", "blank line"),
        (b" \t\r\n", "blank line"),
        (b"\xef\xbb\xbf\n", "blank line"),
        (b"PK\x03\x04\x00\x00\n", "binary"),
        ("id,time,price\n".encode("utf-16"), "binary"),
        (b"\xff\xfeabc\n", "binary"),
        (b"id,time,pri\xe9ce\n", "not UTF-8"),
        (b"id,time,price\r1,2,3\r", "carriage returns"),
        (b"x" * LONGEST_HEADER, "over 1 MiB"),
        (b"id,times,price\n", "lacks time of table events; its header has id, times, price"),
        (b"ID,TIME,PRICE\n", "lacks id, time, price"),
        (b"1,2024-01-01,9.5\n", "lacks id, time, price"),
        (b"id,time,price,id\n", "names id twice"),
        (b"id;time;price\n", "separated by semicolons, but corner declares the comma"),
        (b"id\ttime\tprice\n", "separated by tabs"),
        (b'id,time,"price\n', "lacks"),
    ],
)
def test_read_header__refuses_in_one_line_that_names_the_file(
    first_line: bytes, reason: str
) -> None:
    with pytest.raises(UsageError) as raised:
        header_of(first_line)
    message = str(raised.value)
    assert reason in message
    assert message.startswith("events.csv ")
    assert "\n" not in message


def test_read_header__takes_the_declared_delimiter() -> None:
    assert header_of(b"id;time;price;a,b\n", ";").columns == ["id", "time", "price", "a,b"]
    with pytest.raises(UsageError, match="separated by commas, but corner declares the semicolon"):
        header_of(b"id,time,price\n", ";")
