"""How long each group of tests took, printed at the end of a run."""

from collections import defaultdict
from collections.abc import Callable

import pytest
from _pytest.terminal import TerminalReporter


class MinutesByGroup:
    """A plugin of pytest that adds up what tests and their fixtures took."""

    def __init__(self, group_of: Callable[[str], str]) -> None:
        self._group_of = group_of
        self._seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[self._group_of(report.nodeid)] += report.duration

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        total = sum(self._seconds.values())
        if total < 60:
            return
        terminalreporter.section("minutes by group, each in one process")
        longest = sorted(self._seconds.items(), key=lambda each: each[1], reverse=True)[:12]
        for group, seconds in longest:
            terminalreporter.write_line(f"{seconds / 60:6.1f}  {group}")
        others = total - sum(seconds for _, seconds in longest)
        if others:
            terminalreporter.write_line(f"{others / 60:6.1f}  {len(self._seconds) - 12} others")
