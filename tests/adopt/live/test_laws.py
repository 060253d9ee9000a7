"""The law of `import live`: documents made from what devices have want exactly that, whatever befell the network."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adopt.live.befallen import befallen
from tests.adopt.live.law import OWNS, check, seed


@settings(max_examples=15, deadline=None, derandomize=True)
@given(number=st.integers(0, 10**6), count=st.integers(0, 12), owned=st.booleans())
def test_an_import_changes_nothing(number: int, count: int, owned: bool) -> None:
    check(befallen(seed(), number, count), OWNS if owned else {})
