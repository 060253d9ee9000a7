"""What the settings say about one device and one kind of resource. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.settings.heal import Heal, HealRule


def heal_of(rules: Sequence[HealRule], device: str, clusters: Iterable[str], kind: str) -> Heal:
    """The word of the last rule that covers it (general rules stand first, exceptions below them), else ``auto``.

    ``clusters``: all that the device serves. ``kind``: as in plans, such as ``route`` or ``eos_bgp``.
    """
    served = tuple(clusters)
    return next((rule.heal for rule in reversed(rules) if rule.covers(device, served, kind)), "auto")
