"""The doctor says what is missing and leaves it to others to bring it."""

from warehouse.doctor import examine
from warehouse.settings import Settings


def test_libraries_of_another_edition_are_not_those_that_are_needed(settings: Settings) -> None:
    other = settings.cache_folder / "libraries-0123456789ab"
    other.mkdir(parents=True)
    found = next(finding for finding in examine(settings) if finding.check == "libraries")
    assert (found.verdict, found.detail) == ("warning", "not fetched yet")
    assert list(settings.cache_folder.iterdir()) == [other]
