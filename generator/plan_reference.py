"""The reference of the plan's keys, written from the plan itself.

After a change of the plan, `python -m generator.plan_reference` writes `generator/PLAN.md` again.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from generator.plan import Campaign, Device, Plan, Source, allowed_range, preset_names

REFERENCE = Path(__file__).with_name("PLAN.md")
_BEGINNING = """# The keys of a plan

A plan is a YAML file; every key has a default, so a plan names only what it changes. The presets
{presets} are plans too: see `generator/presets`. Give a plan to `warehouse generate --plan FILE`.

Unknown keys and values out of range are refused with the key, the value and what is allowed.
"""


def reference() -> str:
    """The reference as Markdown."""
    presets = ", ".join(f"`{name}`" for name in preset_names())
    parts = [_BEGINNING.format(presets=presets), _section("", Plan)]
    for name, field in Plan.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            parts.append(_section(name, field.annotation))
    for name, part in (
        ("visits.sources.<name>", Source),
        ("visits.devices.<name>", Device),
        ("visits.campaigns", Campaign),
    ):
        parts.append(_section(name, part))
    return "\n".join(parts)


def _section(name: str, part: type[BaseModel]) -> str:
    title = f"## `{name}`: {(part.__doc__ or '').strip()}" if name else "## The shop"
    lines = [title, "", "| Key | Default | Allowed | Meaning |", "| --- | --- | --- | --- |"]
    for key, field in part.model_fields.items():
        default = "required" if field.is_required() else _shown(field.default)
        allowed = allowed_range(field) or ""
        lines.append(f"| `{key}` | {default} | {allowed} | {field.description} |")
    return "\n".join([*lines, ""])


def _shown(default: Any) -> str:
    if default is None:
        return "never"
    if isinstance(default, BaseModel):
        return "see below"
    if isinstance(default, dict):
        return ", ".join(default)
    if isinstance(default, list):
        return " ".join(map(str, default)) or "none"
    return f"{default:,}" if isinstance(default, int | float) else str(default)


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
