"""Which parts of a lab live: its hosts, its switches, its API server."""

from __future__ import annotations

from typing import TypedDict

from . import netns
from .state import Lab, Member


class Row(TypedDict):
    """One part of the lab."""

    name: str
    kind: str
    address: str
    namespace: str
    pid: int | None
    alive: bool


def rows(lab: Lab) -> list[Row]:
    """The jump host, then every member in the lab's order, an API server after its node."""
    jump = Row(
        name="jump",
        kind="jump",
        address=str(lab.jump.ip),
        namespace=lab.jump_namespace,
        pid=None,
        alive=netns.exists(lab.jump_namespace),
    )
    return [jump, *(row for member in lab.members for row in _of(member))]


def _of(member: Member) -> list[Row]:
    kind = "switch" if member.switch else "node"
    own = _row(member, kind, member.pid)
    if member.kubernetes and member.kubernetes.api:
        return [own, _row(member, "api", member.api_pid)]
    return [own]


def _row(member: Member, kind: str, pid: int | None) -> Row:
    alive = pid is not None and netns.holds(member.namespace, pid)
    return Row(
        name=member.name, kind=kind, address=str(member.address), namespace=member.namespace, pid=pid, alive=alive
    )
