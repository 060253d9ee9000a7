"""Golden worlds: documents in, one text per device out, in the words of `ip route show` and the running configuration.

``GOLDEN=1 pytest tests/intent/test_worlds.py`` writes the texts anew; read the difference before committing it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.cli import compiled
from reconciler.desired.load import load
from reconciler.intent.compile import compile_world

WORLDS = Path(__file__).with_name("worlds")
PROBLEMS = "problems.txt"
DOCUMENTS = {"seed-lab": Path(__file__).parents[2] / "desired"}
"""Worlds whose documents are somewhere else: the seed lab's are the repository's own example."""


def printed(world: Path) -> dict[str, str]:
    """File name -> text: one for each device, and one for what the compiler has to say."""
    repository = load(DOCUMENTS.get(world.name, world))
    intent = compile_world(repository)
    texts = {f"{name}.txt": "\n".join(compiled.lines(wish)) for name, wish in intent.items()}
    said = [str(problem) for problem in (*repository.having("error"), *intent.problems, *intent.warnings)]
    held = [f"{name}: held: {hold}" for name, wish in intent.items() for hold in wish.holds]
    texts[PROBLEMS] = "\n".join([*said, *held])
    return {name: f"{text}\n" for name, text in texts.items() if text}


@pytest.mark.parametrize("world", sorted(WORLDS.iterdir()), ids=lambda world: world.name)
def test_each_device_has_its_text(world: Path) -> None:
    found = printed(world)
    if os.environ.get("GOLDEN"):
        for stale in world.glob("*.txt"):
            stale.unlink()
        for name, text in found.items():
            (world / name).write_text(text)
    assert found == {path.name: path.read_text() for path in world.glob("*.txt")}
