"""How the losses that `lab loss` has measured are shown: a table, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from .loss import Losses
from .loss_tally import Tally

MOST_ROWS = 20
NAME = 23
"""Columns for a pod: two of them and five numbers are 80."""
COLUMNS = (("sent", 7), ("lost", 7), ("gap ms", 8), ("dup", 4), ("ooo", 4))


def lines(losses: Losses) -> Iterator[str]:
    """A summary, and a row for each pair; of a large lab, the worst of those that lost something."""
    yield f"{losses.lost} of {losses.sent} packets lost in {losses.seconds:.1f} s, longest gap {losses.gap:.1f} ms"
    late = f"the sender was up to {losses.late:.1f} ms late"
    yield f"{len(losses.pairs)} pairs, {losses.rate} packets a second each; {late}"
    shown = _shown(losses.pairs)
    if shown:
        yield f"{'from':{NAME}} {'to':{NAME}}" + "".join(f"{title:>{width}}" for title, width in COLUMNS)
    yield from map(_row, shown)
    if len(shown) < len(losses.pairs):
        yield f"and {len(losses.pairs) - len(shown)} pairs more, none of them worse"


def _shown(pairs: Sequence[Tally]) -> Sequence[Tally]:
    if len(pairs) <= MOST_ROWS:
        return pairs
    worst = sorted(pairs, key=lambda pair: (-pair.lost, -pair.longest))
    return [pair for pair in worst if pair.lost][:MOST_ROWS]


def _row(pair: Tally) -> str:
    numbers = (pair.sent, pair.lost, f"{pair.gap:.1f}", pair.duplicates, pair.reordered)
    cells = (f"{number:>{width}}" for number, (_, width) in zip(numbers, COLUMNS, strict=True))
    return f"{_clipped(pair.source)} {_clipped(pair.target)}" + "".join(cells)


def _clipped(name: str) -> str:
    """The end of a name tells pods apart."""
    return f"{name if len(name) <= NAME else '…' + name[1 - NAME :]:{NAME}}"


def document(losses: Losses) -> dict[str, Any]:
    """For ``--output json``; gaps are in milliseconds."""
    return {
        "rate": losses.rate,
        "seconds": round(losses.seconds, 3),
        "late_ms": round(losses.late, 3),
        "sent": losses.sent,
        "lost": losses.lost,
        "gap_ms": round(losses.gap, 3),
        "pairs": list(map(_pair, losses.pairs)),
    }


def _pair(pair: Tally) -> dict[str, Any]:
    return {
        "from": pair.source,
        "to": pair.target,
        "sent": pair.sent,
        "received": pair.received,
        "lost": pair.lost,
        "gap_ms": round(pair.gap, 3),
        "duplicates": pair.duplicates,
        "reordered": pair.reordered,
    }
