"""When a plan waits for a person: it would delete too much, or it would cut the branch that we sit on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.core.absent import LINK
from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.core.way import Way

DELETE_SHARE = 0.3
DELETE_COUNT = 10


def too_many_deletes(changes: Iterable[Change], owned: int) -> str | None:
    """Why the plan is held: it deletes more than 30 % of what is owned on the device, and at least ten entries."""
    deletes = sum(change.verb == "delete" for change in changes)
    if deletes < DELETE_COUNT or deletes <= DELETE_SHARE * owned:
        return None
    return f"would delete {deletes} of {owned} owned entries, more than {DELETE_SHARE:.0%}"


def own_session(changes: Sequence[Change], session: Mapping[Key, str], way: Way | None = None) -> str | None:
    """Why the plan is refused: it would cut our own session.

    By changing what carries it (``session``: key -> reason), or by leading the packets back to us off their ``way``.
    """
    reasons = [(change, session.get(change.key) or (way and way.cut_by(change, changes))) for change in changes]
    return "; ".join(f"would {change.verb} {change.key}: {reason}" for change, reason in reasons if reason) or None


def strange_interfaces(changes: Iterable[Change]) -> str | None:
    """Why the plan is refused: for an interface of ours, one that somebody else made would have to be deleted."""
    hits = [
        f"{change.key} is there, is another one, and does not carry our mark; use another name, or delete it first"
        for change in changes
        if change.key.kind == LINK and change.adopts and change.recreates
    ]
    return "; ".join(hits) or None


def immutable_pools(changes: Iterable[Change]) -> str | None:
    """Why the plan is refused: Calico fixes a pool's ``cidr`` and ``blockSize`` at creation (clientv3/ippool.go)."""
    hits = [
        f"{change.key}: {field} is {old} and cannot become {new}; make a new pool, move the pods, drop the old one"
        for change in changes
        if change.key.kind == "ippool" and change.recreates
        for field, (old, new) in change.fields.items()
        if field in change.subject.recreated_by
    ]
    return "; ".join(hits) or None
