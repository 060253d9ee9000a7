"""What a route has beyond its way, back from the words of `ip route` (``linux.attributes``) to fields of a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic.alias_generators import to_camel

from reconciler.intent.route import NUMBERS, TIMES

Fields = Iterator[tuple[str, Any]]


def more(extra: Iterable[str] | None) -> dict[str, Any]:
    """The fields. Raises: ValueError for a word that documents do not know."""
    return dict(field for text in extra or () for field in _field(text))


def _field(text: str) -> Fields:
    name, _, value = text.partition(" ")
    match name:
        case "encap":
            yield "encap", dict(encapsulation(value.split()))
        case "tos":
            yield "tos", int(value, 16)
        case "features":
            yield from (_known(word, {"ecn": "ecn"}) for word in value.split())
        case "quickack" | "fastopen_no_cookie":
            yield to_camel(name), bool(int(value))
        case "from" | "pref" | "realms" | "congctl":
            yield name, value
        case _ if name in TIMES:
            yield to_camel(name), int(value.removesuffix("ms"))
        case _ if name in NUMBERS:
            yield name, int(value)
        case _:
            raise ValueError(f"{name} is nothing that a document says of a route")


def _known(word: str, fields: dict[str, str]) -> tuple[str, Any]:
    if word not in fields:
        raise ValueError(f"{word} is nothing that a document says of a route")
    return fields[word], True


def encapsulation(words: list[str]) -> Fields:
    """``ip id 0 src 10.0.0.1 dst 10.0.0.2 ttl 0 tos 0``; zeros are what nobody wrote. Raises: ValueError."""
    kind, *rest = words
    yield "type", kind
    names = {"hoplimit": "ttl", "tc": "tos"} if kind == "ip6" else {}
    for name, value in zip(rest[::2], rest[1::2], strict=True):
        field = names.get(name, name)
        if field in ("id", "ttl", "tos", "hmac"):
            yield field, int(value, 0)
        elif field in ("src", "dst", "mode"):
            yield field, value
        elif field == "segs":
            yield field, value.split(",")
        else:
            raise ValueError(f"{name} is nothing that a document says of encap {kind}")
