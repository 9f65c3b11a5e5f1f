"""Dirt that is none: what a shop writes is what lands."""

from generator.plan import Dirt

CLEAN = Dirt(
    duplicate=0,
    resent=0,
    late=0,
    malformed=0,
    skewed=0,
    orphan_users=0,
    orphan_products=0,
    oddities=0,
    byte_order_marks=False,
)
