"""What the long sequences of `proof_sequences.py` draw."""

from pathlib import Path

from generator.generation import generate

from .sequences import KINDS, draw, plan_of


def test_draw__everything_happens_in_25_sequences(tmp_path: Path) -> None:
    generate(tmp_path / "shop", plan_of(1))
    drawn = []
    for seed in range(1, 26):
        scratch = tmp_path / str(seed)
        scratch.mkdir()
        drawn.append(draw(seed, tmp_path / "shop", scratch))
    assert {step.kind for steps in drawn for step in steps} == KINDS
    assert min(len(steps) for steps in drawn) >= 8
    assert len({tuple(map(str, steps)) for steps in drawn}) == 25
    names = {file.name for steps in drawn for step in steps for file in step.files}
    assert any(name.startswith("users_late") for name in names)
    assert any(name.startswith("products_late") for name in names)
