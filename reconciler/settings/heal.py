"""What happens to a difference that the daemon finds: put right at once, only reported, or held for a person."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from reconciler.desired.codes import Code
from reconciler.desired.documents.globs import Some
from reconciler.desired.documents.kind_names import KindName
from reconciler.desired.documents.spec import Many
from reconciler.desired.documents.values import wrong
from reconciler.settings.select import Selector

Heal = Literal["auto", "alert", "hold"]


class HealRule(Selector):
    """For these devices and kinds of resources; what is left out means all.

    ``auto``: put right at once. ``alert``: reported, and left as it is. ``hold``: planned, and waits for an approval.
    """

    example: ClassVar[str] = '{devices: ["leaf*"], heal: hold}'

    kinds: Some[KindName] = ()
    heal: Heal

    def covers(self, device: str, clusters: tuple[str, ...], kind: str) -> bool:
        return self.selects(device, clusters) and kind in (self.kinds or (kind,))


def _in_order(rules: tuple[HealRule, ...]) -> tuple[HealRule, ...]:
    """The last rule that covers a device counts, so one that covers everything leaves those before it nothing."""
    for place, rule in enumerate(rules[1:], 2):
        if rule.selects_all and not rule.kinds:
            wrong(
                Code.NEVER_REACHED,
                f"rule {place} is for everything, and the last one that fits counts: those before it never do",
                "put the rule for everything first",
            )
    return rules


HealRules = Annotated[Many[HealRule], AfterValidator(_in_order)]
