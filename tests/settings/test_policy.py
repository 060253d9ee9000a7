"""Heal rules: general ones first, exceptions below them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.settings.heal import Heal, HealRule
from reconciler.settings.policy import heal_of

CASES: list[tuple[str, list[dict[str, Any]], Heal]] = [
    ("no rule", [], "auto"),
    ("a rule for everything", [{"heal": "alert"}], "alert"),
    ("the last one counts", [{"heal": "hold"}, {"devices": ["leaf*"], "heal": "alert"}], "alert"),
    ("a rule for others", [{"heal": "hold"}, {"devices": ["spine*"], "heal": "auto"}], "hold"),
    ("by the cluster", [{"clusters": ["k0?"], "heal": "alert"}], "alert"),
    ("by another cluster", [{"clusters": ["prod"], "heal": "alert"}], "auto"),
    ("all fields have to fit", [{"devices": ["leaf1"], "clusters": ["prod"], "heal": "alert"}], "auto"),
    ("by the kind", [{"kinds": ["vlan", "route"], "heal": "hold"}], "hold"),
    ("by another kind", [{"kinds": ["vlan"], "heal": "hold"}], "auto"),
    ("one of several patterns", [{"devices": ["x*", "leaf[12]"], "heal": "hold"}], "hold"),
    ("patterns mind upper case", [{"devices": ["LEAF1"], "heal": "hold"}], "auto"),
]


@pytest.mark.parametrize(("rules", "heal"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_happens_to_a_route_of_leaf1_in_k01_and_k02(rules: list[dict[str, Any]], heal: Heal) -> None:
    assert heal_of([HealRule.model_validate(rule) for rule in rules], "leaf1", ("k01", "k02"), "route") == heal


def test_a_device_of_no_cluster_is_selected_by_none() -> None:
    assert heal_of([HealRule.model_validate({"clusters": ["*"], "heal": "hold"})], "leaf1", (), "route") == "auto"
