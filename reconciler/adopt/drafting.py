"""A document with all that could not be brought over above it, so that whoever reads it knows what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from reconciler.adopt.adopted import Made, Remark, sorted_remarks
from reconciler.adopt.fitting import NotFitting, fitted
from reconciler.adopt.numbered import Path
from reconciler.desired.documents import KINDS
from reconciler.desired.style import Draft

At = Callable[[Path], tuple[str, int]]
"""The file and line that an entry of a spec comes from."""
MOST = 40
"""Remarks above one document; the rest is said on standard error alone."""


def drafted(draft: Draft, at: At, remarks: Iterable[Remark] = ()) -> Made:
    """The document as far as its model takes it, and all ``remarks``; none where it lacks what each of its kind has."""
    try:
        left, misfits = fitted(KINDS[draft.kind], draft.spec)
    except NotFitting as error:
        return None, [*remarks, Remark(*at(()), f"{draft.kind} {draft.name}", f"{error}; left out")]
    out = [Remark(*at(one.path), _place(one.path), f"{one.what}; left out ({one.right})") for one in misfits]
    told = [*remarks, *out]
    return commented(replace(draft, spec=left), told), told


def all_at(file: str, line: int) -> At:
    """One place for every entry."""
    return lambda path: (file, line)


def commented(draft: Draft, remarks: Iterable[Remark]) -> Draft:
    """The remarks stand below its own comment."""
    lines = not_here(map(str, sorted_remarks(remarks)))
    return replace(draft, comment="\n".join(filter(None, [draft.comment, *lines])))


def not_here(said: Iterable[str]) -> list[str]:
    """Lines of a comment, the first ``MOST``, and how many more there are."""
    lines = [f"Not here: {one}" for one in said]
    return lines if len(lines) <= MOST else [*lines[:MOST], f"Not here: {len(lines) - MOST} things more."]


def _place(path: Path) -> str:
    return ".".join(str(step) for step in path)
