"""Policy rules of a node (`ip rule`), IPv4 and IPv6: which packets look up which table, and in which order."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from reconciler.core.driver import Answer
from reconciler.core.resource import Resource
from reconciler.linux.answers import rows
from reconciler.linux.words import Row, pairs, whole, word

ACTIONS = {"6": "blackhole", "7": "unreachable", "8": "prohibit"}
"""``linux/fib_rules.h``, FR_ACT_*; ``nop`` and ``goto`` are printed under names of their own."""
UNTOLD = frozenset({"inverted", "goto", "realms"})
"""What the kernel's search for the rule to delete does not look at (``net/core/fib_rules.c``, ``rule_find``)."""
NO_RULES = "not supported"
"""What a kernel says that is built without policy rules, or has no IPv6: it has none. A failure says other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Resource):
    """One rule. Everything but the protocol is identity; the kernel keeps several rules of one priority in line.

    ``family`` is 4 or 6; ``src`` and ``dst`` carry their length, absent: all; ``fwmark``, ``fwmask`` and ``tos`` are
    hex text as iproute2 prints it, ``fwmask`` absent: all bits; ports and ``uidrange`` are ``N`` or ``N-M``;
    ``ipproto`` and ``table`` are numbers. ``inverted`` (JSON: ``not``) and ``l3mdev`` are True or absent. A rule looks
    up ``table`` (or that of the l3mdev), or has an ``action``: blackhole, unreachable, prohibit, nop, goto.
    ``protocol`` absent in a wish: left open. ``extra``: what the node has beyond this model, so that it never equals a
    wish.
    """

    kind: ClassVar[str] = "rule"
    after: ClassVar[frozenset[str]] = frozenset({"route", "link"})
    recreated_by: ClassVar[frozenset[str]] = frozenset({"protocol"})  # there is no `ip rule replace`

    priority: int
    family: int
    inverted: bool | None = dataclasses.field(default=None, metadata={"json": "not"})
    src: str | None = None
    dst: str | None = None
    fwmark: str | None = None
    fwmask: str | None = None
    tos: str | None = None
    iif: str | None = None
    oif: str | None = None
    uidrange: str | None = None
    ipproto: int | None = None
    sport: str | None = None
    dport: str | None = None
    tun_id: int | None = None
    l3mdev: bool | None = None
    table: int | None = None
    action: str | None = None
    goto: int | None = None
    suppress_prefixlength: int | None = None
    suppress_ifgroup: int | None = None
    realms: str | None = None
    protocol: int | None = None
    extra: tuple[str, ...] | None = None

    identity: ClassVar[frozenset[str]] = frozenset(
        {"priority", "family", "not", "src", "dst", "fwmark", "fwmask", "tos", "iif", "oif", "uidrange", "ipproto"}
        | {"sport", "dport", "tun_id", "l3mdev", "table", "action", "goto", "suppress_prefixlength"}
        | {"suppress_ifgroup", "realms", "extra"}
    )

    @property
    def name(self) -> str:
        """As `ip -N rule` prints it, IPv6 with `inet6` in front."""
        inverted = "not " if self.inverted else ""
        family = "inet6 " if self.family == 6 else ""
        more = "".join(f" {text}" for text in self.extra or ())
        lookup = _lookup(self).replace(" l3mdev", " lookup [l3mdev-table]").replace(" table ", " lookup ")
        return f"{family}{self.priority}: {inverted}from {self.src or 'all'}{_selectors(self)}{lookup}{more}"

    @property
    def rank(self) -> tuple[object, ...]:
        """Of one priority first the rule that asks for less: the kernel takes a later one of that sort for a double."""
        return (self.family, self.priority, len(self._looked_at), self.name)

    def lens(self, live: Resource) -> Resource:
        assert isinstance(live, Rule)
        return dataclasses.replace(live, protocol=None) if self.protocol is None else live

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Self:
        extra = values.get("extra")
        return super(Rule, cls).of_values({**values, "extra": None if extra is None else tuple(extra)})

    @property
    def _looked_at(self) -> dict[str, object]:
        fields = (f.name for f in dataclasses.fields(self) if f.compare and f.name not in UNTOLD)
        return {name: value for name in fields if (value := getattr(self, name)) not in (None, "0")}

    def may_stand_for(self, other: Rule) -> bool:
        """Whether the kernel may take ``other`` for this one when asked to delete it: a missing word means "any"."""
        return all(getattr(other, name) == value for name, value in self._looked_at.items())


def rows_of(question: str, answer: Answer) -> Sequence[Row]:
    """The rules that ``ip -j -d -N -4|-6 rule show`` printed. Raises: Unreadable."""
    return [] if answer.status and NO_RULES in answer.error else rows(question, answer)


def read(found: Iterable[Row], family: int) -> Iterator[Rule]:
    """Rules of one family in the kernel's order, its own three included."""
    return (rule_of(row, family) for row in found)


def rule_of(row: Row, family: int) -> Rule:
    """One rule. Raises: KeyError, ValueError for a row that is none."""
    action = ACTIONS.get(row.get("action", ""), row.get("action"))
    return Rule(
        priority=row["priority"],
        family=family,
        inverted=True if "not" in row else None,
        src=_prefix(row, "src", family),
        dst=_prefix(row, "dst", family),
        fwmark=row.get("fwmark"),
        fwmask=row.get("fwmask"),
        tos=row.get("tos"),
        iif=row.get("iif"),
        oif=row.get("oif"),
        uidrange=_range(row, "uid", "uidrange"),
        ipproto=int(row["ipproto"].removeprefix("ipproto-")) if "ipproto" in row else None,
        sport=_range(row, "sport", "sport"),
        dport=_range(row, "dport", "dport"),
        tun_id=row.get("tun_id"),
        l3mdev=True if "l3mdev" in row else None,
        table=int(row["table"]) if "table" in row else None,
        action="nop" if "nop" in row else "goto" if "goto" in row else action,
        goto=row.get("goto"),
        suppress_prefixlength=row.get("suppress_prefixlen"),
        suppress_ifgroup=int(row["suppress_ifgroup"]) if "suppress_ifgroup" in row else None,
        realms="/".join(row[side] for side in ("flow_from", "flow_to") if side in row) or None,
        protocol=int(row.get("protocol", 0)),
        extra=tuple(sorted(f"{name} {row[name]}" for name in row.keys() - KNOWN)) or None,
    )


KNOWN = frozenset(
    {"priority", "not", "src", "srclen", "dst", "dstlen", "fwmark", "fwmask", "tos", "iif", "iif_detached", "oif"}
    | {"oif_detached", "uid_start", "uid_end", "ipproto", "sport", "sport_start", "sport_end", "dport", "dport_start"}
    | {"dport_end", "tun_id", "l3mdev", "table", "action", "nop", "goto", "unresolved", "suppress_prefixlen"}
    | {"suppress_ifgroup", "flow_from", "flow_to", "protocol"}
)
"""Words of iproute2's JSON; ``detached`` and ``unresolved`` say what is missing now, not what was asked for."""


def _prefix(row: Row, side: str, family: int) -> str | None:
    given = row.get(side, "all")
    if given == "all":
        return None
    length = row.get(f"{side}len", 32 if family == 4 else 128)
    return whole(f"{given}/{length}")


def _range(row: Row, stem: str, alone: str) -> str | None:
    if f"{stem}_start" in row:
        return span(row[f"{stem}_start"], row[f"{stem}_end"])
    return str(row[alone]) if alone in row else None


def span(first: int, last: int) -> str:
    """A range as iproute2 takes it; the kernel does not tell ``5-5`` from ``5``."""
    return str(first) if first == last else f"{first}-{last}"


def put(rule: Rule) -> str:
    """The line that adds a rule. The kernel refuses a second one that it takes for the same."""
    return f"rule add {_rule(rule)}"


def drop(rule: Rule) -> str:
    """The line that removes a rule, or whichever before it the kernel takes for it (``may_stand_for``)."""
    return f"rule del {_rule(rule)}"


def program(rule: Rule) -> str:
    """A batch has one family, which only its program's options tell."""
    return "ip -6" if rule.family == 6 else "ip"


def _rule(rule: Rule) -> str:
    inverted = "not " if rule.inverted else ""
    source = f"from {word(rule.src)}" if rule.src is not None else "from all"
    words = pairs(priority=rule.priority)
    return f"{inverted}{source}{_selectors(rule)}{words}{_lookup(rule)}{pairs(protocol=rule.protocol)}"


def _selectors(rule: Rule) -> str:
    mask = "0xffffffff" if rule.fwmark == "0" and rule.fwmask is None else rule.fwmask  # a plain 0 is any mark
    mark = rule.fwmark if mask is None else f"{word(rule.fwmark)}/{word(mask)}"
    return pairs(
        to=rule.dst,
        tos=rule.tos,
        fwmark=mark,
        iif=rule.iif,
        oif=rule.oif,
        uidrange=_both(rule.uidrange),
        ipproto=rule.ipproto,
        sport=rule.sport,
        dport=rule.dport,
        tun_id=rule.tun_id,
    )


def _both(span: str | None) -> str | None:
    """`uidrange` takes no single number."""
    return span if span is None or "-" in span else f"{span}-{span}"


def _lookup(rule: Rule) -> str:
    words = pairs(
        l3mdev=rule.l3mdev,
        table=rule.table,
        suppress_prefixlength=rule.suppress_prefixlength,
        suppress_ifgroup=rule.suppress_ifgroup,
        realms=rule.realms,
    )
    goto = rule.action == "goto"
    return words + (pairs(goto=rule.goto) if goto else "" if rule.action is None else f" {word(rule.action)}")
