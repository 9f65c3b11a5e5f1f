"""The report page."""

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from generator.errors import InputError
from generator.generation import generate
from generator.plan import Campaign, Intent, Plan
from generator.report.page import REPORT_FILE, write_report

PNG = "data:image/png;base64,iVBORw0KGgo"


class _Page(HTMLParser):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.pictures: list[str] = []
        self.open: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "img":
            self.pictures.append(dict(attrs)["src"])

    def handle_data(self, data):
        if self.open and self.open[-1] == "h2" and data.strip():
            self.titles.append(data)

    def handle_endtag(self, tag):
        while self.open and self.open.pop() != tag:
            pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    plan = Plan(users=200, products=50, events_per_day=1_000, days=3)
    sale = Campaign(name="50 % <off>", first_date=plan.start_date, days=1)
    visits = plan.visits.model_copy(update={"campaigns": [sale]})
    generate(folder, plan.model_copy(update={"visits": visits}), workers=1)
    assert write_report(folder) == folder / REPORT_FILE
    return folder


def test_page_shows_everything_and_asks_for_nothing(folder: Path) -> None:
    path = folder / REPORT_FILE
    page = _Page(path)
    assert page.titles == [
        "The plan",
        "Traffic by day",
        "Traffic by hour",
        "Funnel",
        "Popularity of products",
        "Cohorts",
        "Dirt, declared and found",
        "The price of dirt",
    ]
    assert len(page.pictures) == 7
    assert all(picture.startswith(PNG) for picture in page.pictures)
    assert not re.search(r"(src|href)=\"(?!data:)|url\(", path.read_text())
    assert "50 % &lt;off&gt;" in path.read_text()


def test_same_logs_give_the_same_page(folder: Path) -> None:
    before = (folder / REPORT_FILE).read_bytes()
    assert write_report(folder).read_bytes() == before


def test_logs_landed_elsewhere_leave_two_pictures_out(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "shop", ignore=shutil.ignore_patterns("*.csv"))
    page = _Page(write_report(tmp_path / "shop"))
    assert "Traffic by hour" not in page.titles
    assert "Popularity of products" not in page.titles
    assert len(page.pictures) == 5


def test_a_day_without_orders_can_be_shown(tmp_path: Path) -> None:
    plan = Plan(users=1, products=8, events_per_day=100, days=1, intent=Intent(buy=0))
    generate(tmp_path, plan, workers=1)
    assert _Page(write_report(tmp_path)).pictures


def test_a_folder_without_ledger_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        write_report(tmp_path)
