"""Texts for people."""

from __future__ import annotations

from reconciler.core.words import natural


def test_names_are_sorted_by_their_numbers() -> None:
    names = ["Ethernet2", "Ethernet3/2", "Ethernet3/11", "Ethernet10", "Vlan1", "a" + "9" * 5000, "²", "٣"]
    shuffled = names[::-1]
    assert sorted(shuffled, key=natural) == names
