"""A rule of a Node document as the kernel keeps it."""

from __future__ import annotations

from reconciler.desired.documents import rule as written
from reconciler.linux.rule import Rule


def rule_row(rule: written.Rule, origin: str) -> Rule:
    """What iproute2 prints of it: prefixes of length 0 and masks of all bits are no word at all."""
    mask = None if rule.fwmask == written.ALL_BITS else rule.fwmask
    return Rule(
        priority=rule.priority,
        family=rule.version,
        inverted=rule.inverted or None,
        src=_some(rule.source),
        dst=_some(rule.to),
        fwmark=_mark(rule.fwmark),
        fwmask=_mark(mask),
        tos=_mark(rule.tos),
        iif=rule.iif,
        oif=rule.oif,
        uidrange=rule.uidrange,
        ipproto=rule.ipproto,
        sport=rule.sport,
        dport=rule.dport,
        tun_id=rule.tun_id,
        l3mdev=rule.l3mdev or None,
        table=rule.table,
        action="goto" if rule.goto is not None else rule.action,
        goto=rule.goto,
        suppress_prefixlength=rule.suppress_prefixlength,
        suppress_ifgroup=rule.suppress_ifgroup,
        realms=rule.realms,
        protocol=rule.protocol,
        origin=origin,
    )


def _some(prefix: str | None) -> str | None:
    return None if prefix in ("0.0.0.0/0", "::/0") else prefix


def _mark(mark: int | None) -> str | None:
    """Hex as iproute2 prints it; no bit at all is a plain 0."""
    return None if mark is None else f"{mark:#x}" if mark else "0"
