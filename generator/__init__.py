"""A small generator of a shop's logs: seeded, the same arguments give the same bytes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.generation import Summary, already_generated, generate
    from generator.plan import Plan

__all__ = ["Plan", "Summary", "already_generated", "generate"]


def __getattr__(name: str) -> Any:
    """Import numpy and Faker when they are first needed, not with the package."""
    from importlib import import_module

    if name not in __all__:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(
        import_module("generator.plan" if name == "Plan" else "generator.generation"), name
    )
