"""The attributes of a route in the order and the spelling in which `ip route` prints them (ip/iproute.c, 6.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

METRICS = (
    *("mtu", "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering", "hoplimit", "initcwnd", "features"),
    *("rto_min", "initrwnd", "quickack", "congctl", "fastopen_no_cookie"),
)
SECOND = 1000


def metrics(mtu: int | None, extra: Iterable[str] | None) -> Iterator[str]:
    """Words of the metrics; setting ``rto_min`` locks it."""
    given = dict(text.split(" ", 1) for text in extra or ())
    if mtu is not None:
        given["mtu"] = str(mtu)
    for name in METRICS:
        if name in given:
            yield f"{name}{' lock' if name == 'rto_min' else ''} {_time(given[name])}"


def selectors(extra: Iterable[str] | None) -> Iterator[str]:
    """TOS or source prefix, behind the destination."""
    return (text for text in extra or () if text.startswith(("tos ", "from ")))


def realms(extra: Iterable[str] | None) -> Iterator[str]:
    for text in extra or ():
        name, _, value = text.partition(" ")
        if name == "realms":
            yield text if "/" in value else f"realm {value}"


def encapsulation(extra: Iterable[str] | None) -> Iterator[str]:
    """Before the way, with a space of its own; a segment list is counted and bracketed, a key ID without its 0x."""
    for text in extra or ():
        words = text.split()
        if words[0] == "encap":
            yield " " + " ".join(_printed(words[place - 1], word) for place, word in enumerate(words))


def preference(extra: Iterable[str] | None) -> str:
    return next((text for text in extra or () if text.startswith("pref ")), "pref medium")


def _printed(name: str, text: str) -> str:
    if name == "hmac":
        return text.removeprefix("0x").upper()
    if name != "segs":
        return text
    segments = text.split(",")
    return f"{len(segments)} [ {' '.join(segments)} ]"


def _time(value: str) -> str:
    """``1500ms`` as ``1.5s``."""
    if not value.endswith("ms") or int(value.removesuffix("ms")) < SECOND:
        return value
    return f"{int(value.removesuffix('ms')) / SECOND:g}s"
