"""Faults in the SQL of models, drawn from a seed: what a tired person might have written."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# What is not SQL of a model, or is none of its logic: blocks that are set say which dates to build.
NO_SQL = re.compile(
    r"\{#.*?#\}|\{%-? set \w+ -?%\}.*?endset|\{%.*?%\}|\{\{.*?\}\}|--[^\n]*|'[^'\n]*'", re.DOTALL
)
# A CTE that begins with a model or a source. Any other is made of rows that are at hand: an inner
# join with what was counted from the very same rows finds all, and is an outer join as well. So is
# one after which a filter asks for what was joined.
IMPORT = re.compile(r"\b(\w+) as \(\s+select\s[^()]*\sfrom \{\{ (?:ref|source)\(")
TURNED_OUTER = "a join turned outer"
FAULTS = (
    ("a join turned inner", r"\bleft join\b", "inner join"),
    (TURNED_OUTER, r"\binner join\b", "left join"),
    ("a condition dropped", r"\n[ ]+and [^\n]+", ""),
    ("a filter dropped", r"\n[ ]+where [^\n]+(?=\n\)|\n[ ]+group|\n[ ]+having)", ""),
    ("< for <=", r"(?<=\s)<=(?=\s)", "<"),
    ("<= for <", r"(?<=\s)<(?=\s)", "<="),
    ("> for >=", r"(?<=\s)>=(?=\s)", ">"),
    (">= for >", r"(?<=\s)>(?=\s)", ">="),
    ("= for !=", r"(?<=\s)!=(?=\s)", "="),
    ("a wrong sign", r"(?<=\s)-(?=\s)", "+"),
    ("another wrong sign", r"(?<=[\w)]\s)\+(?=\s)", "-"),
    ("min for max", r"\bmax\(", "min("),
    ("max for min", r"\bmin\(", "max("),
    ("max for sum", r"\bsum\(", "max("),
    ("repeats counted", r"\bcount\(distinct ", "count("),
    ("the last for the first", r"\bmin_by\(", "max_by("),
    ("the first for the last", r"\bmax_by\(", "min_by("),
    ("ascending for descending", r" desc\b", ""),
    ("a partition key missing", r"(?<=partition by )\w[\w.]*, ", ""),
    ("null for not null", r"\bis not null\b", "is null"),
    ("not null for null", r"\bis null\b", "is not null"),
    ("lag for lead", r"\blead\(", "lag("),
    ("lead for lag", r"\blag\(", "lead("),
)


@dataclass(frozen=True)
class Mutation:
    """One fault in one model.

    Attributes:
        start, end: of what is replaced in the model's text.
    """

    model: Path
    fault: str
    start: int
    end: int
    replacement: str

    def apply_to(self, text: str) -> str:
        """The text of the model with the fault."""
        return text[: self.start] + self.replacement + text[self.end :]

    def described(self, text: str) -> str:
        """One line for people."""
        line = text.count("\n", 0, self.start) + 1
        found = " ".join(text[self.start : self.end].split())
        return f"{self.fault}: {self.model.name}, line {line}: `{found}`"


def mutations_of(model: Path) -> Iterator[Mutation]:
    """Every fault that a model's SQL offers."""
    text = model.read_text()
    hidden = [match.span() for match in NO_SQL.finditer(text)]
    imports = {match[1] for match in IMPORT.finditer(text)}
    for fault, pattern, replacement in FAULTS:
        for match in re.finditer(pattern, text):
            begin = match.start() + len(match[0]) - len(match[0].lstrip())
            # What a build overwrites changes what it costs, not what it computes.
            is_jinja = "{{" in match[0]
            is_hidden = any(first <= begin < last for first, last in hidden)
            is_same = fault == TURNED_OUTER and not can_lose_rows(text[match.end() :], imports)
            if not (is_jinja or is_hidden or is_same):
                yield Mutation(model, fault, match.start(), match.end(), replacement)


def can_lose_rows(rest: str, imports: set[str]) -> bool:
    """Whether an inner join differs from an outer one.

    Args:
        rest: the model's text after `inner join`.
        imports: the CTEs that begin with a model or a source.
    """
    joined, *_ = rest.split(maxsplit=1)
    _, _, filters = rest.partition("\n)")[0].partition("where")
    return joined in imports and f"{joined}." not in filters


def draw(seed: int, models: list[Path], count: int) -> list[Mutation]:
    """Faults of different models, so that all can be tried at once; all kinds in turn.

    Raises:
        ValueError: fewer models than faults.
    """
    chance = random.Random(seed)
    offered: dict[str, list[Mutation]] = {}
    for model in sorted(models):
        for mutation in mutations_of(model):
            offered.setdefault(mutation.fault, []).append(mutation)
    drawn: dict[Path, Mutation] = {}
    kinds = sorted(offered)
    while len(drawn) < count and kinds:
        for kind in list(kinds):
            left = [mutation for mutation in offered[kind] if mutation.model not in drawn]
            if not left:
                kinds.remove(kind)
            elif len(drawn) < count:
                # Models first: a long one offers many faults.
                model = chance.choice(sorted({mutation.model for mutation in left}))
                drawn[model] = chance.choice([each for each in left if each.model == model])
    if len(drawn) < count:
        raise ValueError(f"only {len(drawn)} faults in {len(models)} models")
    return list(drawn.values())
