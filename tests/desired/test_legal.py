"""What no rule may complain of, though it looks like what they complain of: one folder a world."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.desired.load import load

HERE = Path(__file__).parent / "legal"


@pytest.mark.parametrize("world", sorted(HERE.iterdir()), ids=lambda world: world.name)
def test_what_is_legal_is_not_complained_of(world: Path) -> None:
    repository = load(world)
    assert repository.documents
    assert list(map(str, repository.problems)) == []
