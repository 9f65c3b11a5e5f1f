"""A small generator of a shop's logs: seeded, the same arguments give the same bytes."""

from generator.generation import Summary, already_generated, generate
from generator.plan import Plan

__all__ = ["Plan", "Summary", "already_generated", "generate"]
