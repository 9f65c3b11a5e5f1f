"""How long each group of tests took, printed at the end of a run."""

from collections import Counter
from collections.abc import Callable

import pytest
from _pytest.terminal import TerminalReporter


class MinutesByGroup:
    """A plugin of pytest that adds up what tests and their fixtures took."""

    def __init__(self, group_of: Callable[[str], str]) -> None:
        self._group_of = group_of
        self._seconds: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[self._group_of(report.nodeid)] += report.duration

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        if self._seconds.total() < 60:
            return
        terminalreporter.section("minutes by group, each in one process")
        longest = self._seconds.most_common(12)
        for group, seconds in longest:
            terminalreporter.write_line(f"{seconds / 60:6.1f}  {group}")
        others = self._seconds.total() - sum(seconds for _, seconds in longest)
        if others:
            terminalreporter.write_line(f"{others / 60:6.1f}  {len(self._seconds) - 12} others")
