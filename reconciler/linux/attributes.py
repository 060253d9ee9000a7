"""What a route has beyond gateway, device and MTU, each as the words that `ip route` takes for it: ``advmss 1400``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reconciler.linux.words import Row, whole

MILLISECONDS = frozenset({"rtt", "rttvar", "rto_min"})
SELECTORS = ("tos ", "from ")
"""More identity: an IPv4 route's TOS, an IPv6 route's source prefix (kernel: ``fib_find_alias``, ``fib6_add_1``)."""


def beyond(row: Row, known: frozenset[str]) -> tuple[str, ...] | None:
    """The words for whatever ``row`` has that is not ``known``, sorted; an encapsulation comes last.

    The words of an encapsulation (``dst``, ``src``, ``tos``, ``hoplimit``) mean a route's own where its own come later.
    Words that we do not know are kept as ``name JSON``: they equal no wish.
    """
    words = [_words(name, value) for name, value in row.items() if name not in known]
    return tuple(sorted(filter(None, words), key=lambda text: (text.startswith("encap "), text))) or None


def _words(name: str, value: Any) -> str:
    match name, value:
        case "pref", "medium":  # every IPv6 route has it
            return ""
        case "ecn", _:
            return "features ecn"
        case "congestion", _:
            return f"congctl {value}"
        case "from", str():
            return f"from {whole(value)}"
        case "flow", {"to": to, **source}:
            return f"realms {source['from']}/{to}" if source else f"realms {to}"
        case "encap", _:
            return " ".join(_encapsulation(value))
        case _ if name in MILLISECONDS:
            return f"{name} {value}ms"
        case _:
            return f"{name} {_plain(value)}"


def _encapsulation(options: Row) -> Iterator[str]:
    """In the kernel's order. An ``inline`` header ends with the packet's own destination, printed as ``::``."""
    for name, value in options.items():  # the first is `encap` itself
        if name == "segs" and options.get("mode") == "inline":
            yield f"segs {','.join(value[:-1])}"
        else:
            yield f"{name} {','.join(value) if isinstance(value, list) else _plain(value)}"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
