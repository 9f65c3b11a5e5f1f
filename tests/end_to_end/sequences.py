"""Draws what may happen to the files of a shop between its builds, one thing after the other."""

import csv
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from generator.plan import Catalogue, Dirt, Intent, People, Plan

KINDS = {"land", "replace", "withdraw", "run", "run_until", "killed", "maintain"}
ROUNDS = 2
EVENTS_BEFORE_A_RUN = (2, 3)
CHANGED_LINES = 5
# Which field a late change alters, and to what.
LATE_CHANGES = {"users": ("loyalty_tier", "platinum"), "products": ("price", "12.34")}


@dataclass(frozen=True)
class Step:
    """One thing that happens.

    Attributes:
        kind: land, replace, withdraw, run, run_until, killed or maintain.
        files: what is landed or withdrawn.
        date: under which files are landed, or until which a run processes.
    """

    kind: str
    files: tuple[Path, ...] = ()
    date: str = ""

    def __str__(self) -> str:
        return " ".join([self.kind, *(file.name for file in self.files), self.date]).strip()


def plan_of(seed: int) -> Plan:
    """Six days of a tiny shop in which much happens and goes wrong."""
    return Plan(
        days=6,
        users=60,
        products=25,
        events_per_day=250,
        seed=seed,
        people=People(changes=24, deletions=0.5, without_session_id=0.2, logged_in=0.5),
        catalogue=Catalogue(price_changes=24, discontinued=0.9),
        intent=Intent(cart=0.4, buy=0.5, remove=0.3, returned=0.5, cancelled=0.2),
        dirt=Dirt(
            duplicate=0.03,
            resent=0.03,
            late=0.1,
            malformed=0.02,
            skewed=0.02,
            orphan_users=0.02,
            orphan_products=0.02,
            oddities=0.05,
        ),
    )


def draw(seed: int, shop: Path, scratch: Path) -> list[Step]:
    """A sequence that begins with a first build and ends with a run that processes everything.

    Args:
        shop: a generated shop, in folders `landed_date=…`.
        scratch: where files are written that the shop did not generate.
    """
    return _Sequence(random.Random(seed), sorted(shop.glob("landed_date=*")), scratch).drawn()


def write_late_versions(
    chance: random.Random, source: Path, path: Path, column: str, value: str
) -> int:
    """Write versions of some users or products with another value, from two days before on.

    Args:
        source: the landed file whose lines are changed.
        path: of the file to be written; there is none where no line could be changed.

    Returns:
        How many were written.
    """
    # Some lines are damaged, and hold bytes that are no text.
    with source.open(encoding="utf-8", errors="surrogateescape", newline="") as lines:
        header, *rows = list(csv.reader(lines))
    rows = [row for row in rows if len(row) == len(header)]
    changed = []
    for row in chance.sample(rows, min(CHANGED_LINES, len(rows))):
        version = dict(zip(header, row, strict=True))
        try:
            updated_at = datetime.fromisoformat(version["updated_at"])
        except ValueError:
            continue
        moved = updated_at + timedelta(minutes=chance.randint(-2880, 1440))
        version["updated_at"] = moved.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        version[column] = value
        changed.append(version.values())
    if changed:
        with path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as text:
            csv.writer(text, lineterminator="\n").writerows([header, *changed])
    return len(changed)


def land_a_short_sequence(
    warehouse: Callable[..., object], shop: Path, scratch: Path, landed: str, following: str
) -> None:
    """Land what comes late, replaced, withdrawn and without a file, for one run to take in.

    Args:
        warehouse: runs the command line.
        shop: a generated shop.
        landed: a date whose files are landed and built.
        following: one whose files are not; those of the products stay missing.
    """
    day, last_day = shop / f"landed_date={landed}", shop / f"landed_date={following}"
    replaced = scratch / f"events_{landed}.csv"
    header, *lines = (day / replaced.name).read_bytes().splitlines(keepends=True)
    replaced.write_bytes(b"".join([header, *lines[: len(lines) // 2]]))
    warehouse("land", "shop", replaced, "--landed-date", landed, "--replace")
    warehouse("unland", "shop", f"orders_{landed}.csv")
    late = scratch / "users_late.csv"
    users = min(shop.glob("landed_date=*/users_*.csv"))
    assert write_late_versions(random.Random(1), users, late, *LATE_CHANGES["users"])
    files = sorted(last_day.glob("[!p]*.csv"))
    assert len(files) == 3, "all but the products"
    warehouse("land", "shop", late, *files, "--landed-date", following)


@dataclass
class _Sequence:
    chance: random.Random
    days: list[Path]
    scratch: Path
    steps: list[Step] = field(default_factory=list)
    live: dict[str, Path] = field(default_factory=dict)
    missing: list[Path] = field(default_factory=list)
    date_of: dict[str, str] = field(default_factory=dict)

    def drawn(self) -> list[Step]:
        self._land_day()
        self.steps.append(Step("run"))
        for number in range(ROUNDS):
            for _ in range(self.chance.randint(*EVENTS_BEFORE_A_RUN)):
                self.chance.choice(self._possible())()
            self._run(is_last=number == ROUNDS - 1)
        return self.steps

    @property
    def _dates(self) -> list[str]:
        return sorted(set(self.date_of.values()))

    def _possible(self) -> list[Callable[[], None]]:
        choices = [self._change_late, self._replace, self._withdraw]
        choices += [self._land_day] * 2 if self.days else []
        choices += [self._land_missing] if self.missing else []
        return choices

    def _run(self, is_last: bool) -> None:
        """A build; between two rounds maintenance, which may find a build that was killed."""
        kind = self.chance.choice(("run", "run_until", "killed"))
        date = self.chance.choice(self._dates) if kind == "run_until" else ""
        self.steps.append(Step(kind, date=date))
        if not is_last:
            self.steps.append(Step("maintain"))
        if kind == "killed":
            self.steps.append(Step("run"))
        if is_last and kind != "run":
            self.steps.append(Step("run"))

    def _land_day(self) -> None:
        """The next day, now and then without one of its files, which may come later."""
        day = self.days.pop(0)
        files = sorted(day.glob("*.csv"))
        date = day.name.partition("=")[2]
        if self.steps and self.chance.random() < 0.5:
            late = self.chance.choice(files)
            files.remove(late)
            self.missing.append(late)
            self.date_of[late.name] = date
        self._land("land", files, date)

    def _land_missing(self) -> None:
        file = self.chance.choice(self.missing)
        self.missing.remove(file)
        self._land("land", [file], self.date_of[file.name])

    def _change_late(self) -> None:
        """Versions of users or products that are older than the newest, landed after them."""
        table = self.chance.choice(sorted(LATE_CHANGES))
        sources = sorted(name for name in self.live if name.startswith(table))
        if not sources:
            return
        source = self.live[self.chance.choice(sources)]
        path = self.scratch / f"{table}_late_{len(self.steps)}.csv"
        if write_late_versions(self.chance, source, path, *LATE_CHANGES[table]):
            self._land("land", [path], self.chance.choice(self._dates))

    def _replace(self) -> None:
        """A live file by its first half, or by itself with its lines in another order."""
        name = self.chance.choice(sorted(self.live))
        lines = self.live[name].read_bytes().splitlines(keepends=True)
        header, body = lines[0], lines[1:]
        if self.chance.random() < 0.5:
            body = body[: len(body) // 2]
        else:
            self.chance.shuffle(body)
        if [header, *body] == lines:
            return
        place = self.scratch / f"replaced_{len(self.steps)}"
        place.mkdir()
        path = place / name
        path.write_bytes(b"".join([header, *body]))
        self._land("replace", [path], self.date_of[name])

    def _withdraw(self) -> None:
        if len(self.live) <= 1:
            return
        name = self.chance.choice(sorted(self.live))
        path = self.live.pop(name)
        self.missing.append(path)
        self.steps.append(Step("withdraw", (path,)))

    def _land(self, kind: str, files: list[Path], date: str) -> None:
        self.live.update({file.name: file for file in files})
        self.date_of.update({file.name: date for file in files})
        self.steps.append(Step(kind, tuple(files), date))
