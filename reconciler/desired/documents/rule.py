"""Policy rules written by hand (`ip rule`): every selector and every action."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reconciler.desired.codes import Code
from reconciler.desired.documents.ranges import PortRange, Realms, UidRange
from reconciler.desired.documents.route import U32, Byte, Count
from reconciler.desired.documents.spec import Part
from reconciler.desired.documents.values import Ifname, Prefix, Tos, wrong
from reconciler.linux.route import OUR_PROTOCOL

RuleAction = Literal["blackhole", "unreachable", "prohibit", "nop"]
ALL_BITS = 0xFFFFFFFF


class Rule(Part):
    """One rule. It looks up ``table``, or has one of ``action``, ``goto``, ``l3mdev``."""

    example: ClassVar[str] = "{priority: 100, from: 10.1.0.0/16, table: 100}"
    priority: Count
    family: Literal[4, 6] | None = None
    inverted: bool = Field(default=False, alias="not")
    source: Prefix | None = Field(default=None, alias="from")
    to: Prefix | None = None
    fwmark: U32 | None = None
    fwmask: Count | None = None
    tos: Tos | None = None
    iif: Ifname | None = None
    oif: Ifname | None = None
    uidrange: UidRange | None = None
    ipproto: Annotated[int, Field(ge=1, le=255)] | None = None
    sport: PortRange | None = None
    dport: PortRange | None = None
    tun_id: Annotated[int, Field(ge=1, le=2**64 - 1)] | None = None
    l3mdev: bool = Field(default=False, alias="l3mdev")
    table: Count | None = None
    action: RuleAction | None = None
    goto: Count | None = None
    suppress_prefixlength: Annotated[int, Field(ge=0, le=128)] | None = None
    suppress_ifgroup: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    realms: Realms | None = None
    protocol: Byte = OUR_PROTOCOL

    @property
    def version(self) -> int:
        """That of ``from`` and ``to``, else ``family``, else 4."""
        side = self.source or self.to
        return (6 if ":" in side else 4) if side else self.family or 4

    @model_validator(mode="after")
    def _is_of_one_version(self) -> Rule:
        if self.source and self.to and (":" in self.source) != (":" in self.to):
            wrong(
                Code.MIXED_IP_VERSIONS,
                f"from {self.source} and to {self.to} are of different IP versions",
                "make it two rules",
            )
        if self.family not in (None, self.version):
            wrong(
                Code.MIXED_IP_VERSIONS,
                f"family is {self.family} and a prefix is IPv{self.version}",
                f"family: {self.version}, or none at all",
            )
        if self.realms and self.version == 6:
            wrong(Code.OTHER_IP_VERSION, "an IPv6 rule has no realms", "remove realms")
        return self

    @model_validator(mode="after")
    def _does_one_thing(self) -> Rule:
        given = [name for name in ("table", "action", "goto", "l3mdev") if getattr(self, name)]
        if len(given) != 1:
            what = "the rule does nothing" if not given else f"a rule with both {given[0]} and {given[1]}"
            wrong(Code.RULE_ACTION, what, "give one of table, action, goto, l3mdev")
        suppressed = self.suppress_prefixlength is not None or self.suppress_ifgroup is not None
        if suppressed and self.table is None:
            wrong(
                Code.FIELD_NEEDS_ANOTHER,
                "suppressPrefixlength and suppressIfgroup need a table",
                "add table, or remove them",
            )
        if self.goto is not None and self.goto <= self.priority:
            wrong(
                Code.GOTO_BACKWARDS,
                f"goto leads back to {self.goto}",
                f"the kernel jumps forward only: more than {self.priority}",
            )
        return self

    @model_validator(mode="after")
    def _can_match_a_mark(self) -> Rule:
        mark, mask = self.fwmark, self.fwmask or ALL_BITS
        if mark is None and self.fwmask is not None:
            wrong(Code.FIELD_NEEDS_ANOTHER, "fwmask without fwmark", "add fwmark")
        if mark == 0 and self.fwmask is None:
            wrong(
                Code.FWMARK_NEVER_MATCHES,
                "fwmark 0 means any mark to the kernel",
                "add fwmask: 0xffffffff for packets without a mark",
            )
        if mark is not None and mark & ~mask:
            wrong(
                Code.FWMARK_NEVER_MATCHES,
                f"fwmark {mark:#x} has bits outside of fwmask {mask:#x}: no packet has it",
                f"fwmark: {mark & mask:#x}",
            )
        return self
