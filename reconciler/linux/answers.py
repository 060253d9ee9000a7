"""A node's answer as rows, or the reason why it is none: a failed or torn answer is unknown, never empty."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reconciler.core.driver import Answer, Unreadable
from reconciler.linux.words import Row

WAY = frozenset({"gateway", "via", "dev", "protocol", "weight"})
"""What iproute2 prints next after an encapsulation (ip/iproute.c, ``print_route``, ``print_rta_multipath``)."""


def rows(question: str, answer: Answer) -> Sequence[Row]:
    """The entries that ``ip -j`` or ``bridge -j`` printed. Raises: Unreadable, naming the question."""
    check_status(question, answer)
    try:
        found = _parse(answer.text)
    except ValueError as error:
        raise Unreadable(f"{question}: a torn answer of {len(answer.text)} characters ({error})") from error
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise Unreadable(f"{question}: not a list of entries")
    return [row for row in found if row]  # iproute2 prints {} for what it filtered out while printing


def check_status(question: str, answer: Answer) -> None:
    """Raises: Unreadable if the command failed."""
    if answer.status:
        why = " ".join(answer.error.split()) or "nothing on its standard error"
        raise Unreadable(f"{question}: exit status {answer.status}, {why}")


def _parse(text: str) -> Any:
    """An encapsulated route has ``dst`` twice, of the route and of the tunnel: the tunnel's goes under ``encap``."""
    return json.loads(text, object_pairs_hook=_apart if '"encap"' in text else None)


def _apart(found: list[tuple[str, Any]]) -> dict[str, Any]:
    """An encapsulation and its options, which stand between ``encap`` and the way, as a mapping of their own."""
    names = [name for name, _ in found]
    if "encap" not in names:
        return dict(found)
    start = names.index("encap")
    end = next((place for place in range(start, len(names)) if names[place] in WAY), len(names))
    return dict(found[:start] + found[end:]) | {"encap": dict(found[start:end])}
