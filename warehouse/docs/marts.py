"""The marts that readers are shown, as their YAML files describe them; asks no dbt."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# The folders of marts in the order in which readers meet them, each with its subject.
SUBJECTS = {
    "core": "What happened",
    "daily": "Day by day",
    "customers": "Customers",
    "behaviour": "Behaviour",
    "products": "Products",
    "quality": "Whether to trust it",
}


@dataclass(frozen=True)
class Mart:
    """A mart or a model of quality.

    Attributes:
        name: that of the table.
        folder: the last folder of its files, such as `daily`.
        grain: the columns that tell its rows apart.
        question: the one that it answers; empty where the YAML has none.
    """

    name: str
    folder: str
    grain: tuple[str, ...]
    question: str

    @property
    def subject(self) -> str:
        """What its folder is about."""
        return SUBJECTS.get(self.folder, self.folder.capitalize())


def declared_model(file: Path) -> dict[str, Any]:
    """What a YAML file says of its one model; nothing where it declares none."""
    content: dict[str, Any] = yaml.load(file.read_text(), yaml.CSafeLoader) or {}
    model: dict[str, Any]
    [model, *_] = content.get("models") or [{}]
    return model


def read_marts(root: Path) -> list[Mart]:
    """The marts of a checkout that readers are shown: by subject, facts and dimensions first."""
    return sorted(_shown(root / "models"), key=_place)


def _shown(models: Path) -> Iterator[Mart]:
    for file in (*models.glob("marts/*/*.yml"), *models.glob("quality/*.yml")):
        model = declared_model(file)
        meta = model.get("config", {}).get("meta", {})
        if not meta.get("supporting"):
            grain = tuple(meta.get("grain") or ())
            yield Mart(file.stem, file.parent.name, grain, str(meta.get("question") or ""))


def _place(mart: Mart) -> tuple[int, str, int, str]:
    folders = list(SUBJECTS)
    subject = folders.index(mart.folder) if mart.folder in folders else len(folders)
    kind = mart.name.partition("_")[0]
    return subject, mart.folder, {"fct": 0, "dim": 1}.get(kind, 2), mart.name
