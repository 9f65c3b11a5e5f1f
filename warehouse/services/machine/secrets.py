"""Generated secrets, each in a file that only its owner reads; there are no default passwords."""

import secrets
from collections.abc import Callable
from pathlib import Path

from warehouse.settings import Settings


def secret_file(settings: Settings, name: str) -> Path:
    """Where a secret is kept."""
    return settings.data_folder.resolve() / "secrets" / name


def secret(
    settings: Settings, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(24)
) -> str:
    """A secret of this data folder, made on first use."""
    file = secret_file(settings, name)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = file.with_suffix(".tmp")
        draft.touch(mode=0o600)
        draft.write_text(make())
        draft.replace(file)
    return file.read_text()
