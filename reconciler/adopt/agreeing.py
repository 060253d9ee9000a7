"""Documents that `validate` has no error in, all together: whatever it would refuse is taken out of them, and told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from reconciler.adopt.adopted import Made, Remark
from reconciler.adopt.drafting import commented
from reconciler.adopt.live.settling import Settling
from reconciler.adopt.live.sketch import Sketch
from reconciler.desired.style import Draft


def agreeing(made: Iterable[Made], at: Callable[[str], tuple[str, int]]) -> list[Made]:
    """``at``: the file and line that a document of this name comes from."""
    whole = list(made)
    drafts = [draft for draft, _ in whole if draft is not None]
    settling = Settling({}, [Sketch(draft.kind, draft.name, deepcopy(draft.spec)) for draft in drafts])
    settling.agree({draft.name for draft in drafts})
    specs = {(one.kind, one.name): one.spec for one in settling.sketches}
    found: dict[str, list[Remark]] = {}
    for one in settling.left:
        name = one.where.partition(" ")[2]
        found.setdefault(one.where, []).append(Remark(*at(name), one.what, f"left out, {one.why}"))
    return [_without(draft, remarks, specs, found) for draft, remarks in whole]


def _without(
    draft: Draft | None,
    remarks: list[Remark],
    specs: Mapping[tuple[str, str], dict[str, Any]],
    found: Mapping[str, list[Remark]],
) -> Made:
    if draft is None:
        return None, remarks
    more = found.get(f"{draft.kind} {draft.name}", [])
    spec = specs.get((draft.kind, draft.name))
    told = [*remarks, *more]
    return (None if spec is None else commented(replace(draft, spec=spec), more)), told
