import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from warehouse.errors import UsageError
from warehouse.landing.local_files.discovery import SourceFile, find_source_files, parse_date
from warehouse.landing.sources import Source

META = {"currency": "EUR"}


def table(name: str, *patterns: str) -> dict:
    meta = {"file_name_patterns": list(patterns), "required_columns": ["id"]}
    return {"name": name, "identifier": f"corner__{name}", "config": {"meta": meta}}


SOURCE = Source.model_validate(
    {
        "name": "corner",
        "config": {"meta": META},
        "tables": [table("sales", "sales*.csv"), table("returns", "*returns*.csv")],
    }
)


def write(path: Path, content: bytes = b"id\n1\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


def find(*paths: Path, **options: object) -> list[SourceFile]:
    return find_source_files(SOURCE, paths, **options)


def test_find__table_by_name_and_compressed_files_too(tmp_path: Path) -> None:
    write(tmp_path / "sales_1.csv")
    write(tmp_path / "deep" / "my_returns.csv.gz")
    write(tmp_path / "deep" / "ledger.json", b"{}")
    write(tmp_path / "deep" / "._sales.csv", b"\0")
    write(tmp_path / ".trash" / "sales_0.csv")
    found = find(tmp_path, tmp_path / "sales_1.csv")
    assert [(file.name, file.table.name) for file in found] == [
        ("my_returns.csv", "returns"),
        ("sales_1.csv", "sales"),
    ]
    assert all(file.header.columns == ["id"] for file in found)


def test_find__date_from_the_option_else_the_folder_else_today(tmp_path: Path) -> None:
    dated = write(tmp_path / "landed_date=2024-02-29" / "sales.csv")
    plain = write(tmp_path / "sales.csv")
    assert find(dated)[0].landed_date == date(2024, 2, 29)
    assert find(dated, landed_date=date(2020, 1, 1))[0].landed_date == date(2020, 1, 1)
    assert find(plain)[0].landed_date == datetime.now(UTC).date()


def test_find__named_table_takes_any_name(tmp_path: Path) -> None:
    assert find(write(tmp_path / "x.txt"), table_name="sales")[0].table.name == "sales"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("unknown.csv", b"id\n", "no table of corner takes (sales: sales*.csv; returns:"),
        ("sales_returns.csv", b"id\n", "may belong to sales and returns"),
        ("sales.csv", b"", "is empty"),
        ("sales.csv", b"other\n", "lacks id"),
        ("landed_date=2024-02-30/sales.csv", b"id\n", "landed_date=2024-02-30"),
    ],
)
def test_find__refuses_in_one_line_that_names_the_file(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(UsageError) as raised:
        find(path)
    message = str(raised.value)
    assert reason in message
    assert path.name in message
    assert "\n" not in message


def test_find__paths_that_hold_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        find(tmp_path / "absent.csv")
    write(tmp_path / "folder" / "notes.txt")
    with pytest.raises(UsageError, match=r"holds no \.csv or \.csv\.gz file"):
        find(tmp_path / "folder")
    damaged = tmp_path / "sales.csv.gz"
    damaged.write_bytes(b"id\n1\n")
    with pytest.raises(UsageError, match="not sound gzip data"):
        find(damaged)
    empty = tmp_path / "sales_2.csv.gz"
    empty.write_bytes(b"")
    with pytest.raises(UsageError, match="is empty"):
        find(empty)


def test_find__every_file_is_checked_and_the_number_refused_told(tmp_path: Path) -> None:
    for number in range(3):
        write(tmp_path / f"sales_{number}.csv", b"" if number else b"id\n")
    with pytest.raises(UsageError, match=r"sales_1.csv is empty \(1 more refused file\)"):
        find(tmp_path)


@pytest.mark.parametrize("text", ["2024-02-30", "20240229", "2024-W01-1", "yesterday", ""])
def test_parse_date__only_real_dates_in_one_form(text: str) -> None:
    with pytest.raises(UsageError, match=r"--landed-date is not a date.*YYYY-MM-DD"):
        parse_date(text, "--landed-date")
