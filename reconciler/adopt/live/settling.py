"""Drafts are compiled and compared with what is there, until they want exactly that.

What the rules refuse is taken out. Where a document would still change a device, the difference goes: an entry beyond
what is wanted gets a line of its own, all else one under `ignore`, whose comment says what is there and what would fit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.adopt.drafting import not_here
from reconciler.adopt.live.folding import folded
from reconciler.adopt.live.rows import written
from reconciler.adopt.live.seen import Seen
from reconciler.adopt.live.sketch import Sketch
from reconciler.adopt.live.trial import Misfit, Trial
from reconciler.adopt.numbered import Path, order
from reconciler.core.change import Change
from reconciler.core.resource import Key
from reconciler.core.words import plural
from reconciler.desired.documents.ignore import fields_of
from reconciler.desired.inventory import Inventory
from reconciler.intent.against import differing, split
from reconciler.intent.wish import Owns, Wish

ROUNDS = 40
"""Each takes something out; far fewer are needed."""
OWN = ("Node", "Switch")
MARKS = {"link": {"alias"}, "neighbour": {"protocol"}, "fdb": {"extern_learn"}}
"""By which attribute each kind shows that it is ours."""
SHORT = 60
"""So much of a value is shown in a comment."""


@dataclass(frozen=True, slots=True, order=True)
class Left:
    """What could not be brought over as it is: ``where`` is a device or a document."""

    where: str
    what: str
    why: str


@dataclass
class Settling:
    """``sketches`` are changed in place. ``left``: what was taken out, and why; ``ignored``: what is left alone."""

    seen: Mapping[str, Seen]
    sketches: list[Sketch]
    owns: Mapping[str, Owns] = field(default_factory=dict)
    inventory: Inventory | None = None
    left: list[Left] = field(default_factory=list)
    ignored: list[Left] = field(default_factory=list)
    _tries: Counter[tuple[str, Key]] = field(default_factory=Counter)

    def settle(self) -> None:
        dirty = set(self.seen)
        for _ in range(ROUNDS):
            trial = self._trial()
            if any(self._take_out(refused) for refused in trial.refused(self.seen)):
                dirty = set(self.seen)
            elif touched := self._even_out(trial, dirty):
                dirty = touched
            elif dirty == set(self.seen) and not self._fold(trial):
                return
            else:
                dirty = set(self.seen)
        self._give_up()

    def fit(self) -> None:
        """Take out what the models refuse: a document with one bad value is none, as far as guesses can see."""
        for _ in range(ROUNDS):
            if not self._take_out(self._trial().unshaped()):
                return

    def agree(self, devices: Collection[str]) -> None:
        """Take out only what the rules refuse: of single documents, of all together, and of what they mean."""
        for _ in range(ROUNDS):
            trial = self._trial()
            if not any(self._take_out(refused) for refused in trial.refused(devices)):
                return

    def _trial(self) -> Trial:
        return Trial(self.sketches, self.owns, self.inventory)

    def _take_out(self, misfits: Iterable[Misfit]) -> bool:
        """Whether something was refused. Of a list the last one goes first, so that the others keep their places."""
        found = sorted(misfits, key=lambda one: order(one.path), reverse=True)
        reasons: dict[tuple[int, Path], list[str]] = {}
        sketches = {id(sketch): sketch for sketch, _, _ in found}
        for sketch, path, why in found:
            reasons.setdefault((id(sketch), entry(sketch.kind, path)), []).append(why)
        for (number, whole), each in reasons.items():
            sketch = sketches[number]
            self._say(f"{sketch.kind} {sketch.name}", ".".join(map(str, whole or ("document",))), several(each))
            if not whole or sketch.take(whole) is None:
                self._drop(sketch)
        return bool(found)

    def _drop(self, sketch: Sketch) -> None:
        self.sketches[:] = [one for one in self.sketches if one is not sketch]

    def _say(self, where: str, what: str, why: str) -> None:
        self.left.append(Left(where, what, why))

    def _even_out(self, trial: Trial, devices: Iterable[str]) -> set[str]:
        """Take each difference out of the documents; the devices whose documents changed."""
        touched = set()
        for name in sorted(devices):
            reading = self.seen[name].reading
            wish = trial.world.get(name, Wish(name, {}))
            for change in differing(wish, reading, split(wish, reading)):
                self._leave(self._own(name), change)
                touched.add(name)
            for key in sorted(self._unclear(wish, name)):
                self._own(name).add("ignore", {"kind": key.kind, "name": literally(key.name)}, reading.frozen[key])
                touched.add(name)
        return touched

    def _fold(self, trial: Trial) -> bool:
        """Whether lines could be made fewer."""
        found = False
        for sketch in self.sketches:
            if sketch.kind in OWN and sketch.name in self.seen:
                wish = trial.world.get(sketch.name, Wish(sketch.name, {}))
                keys = {*wish.desired, *wish.left, *self.seen[sketch.name].reading.found}
                found |= folded(sketch, keys)
        return found

    def _own(self, name: str) -> Sketch:
        """The device's own document; one whose own was taken out has an empty one."""
        mine = [one for one in self.sketches if one.kind in OWN and one.name == name]
        if not mine:
            mine = [Sketch("Switch" if self.seen[name].is_switch else "Node", name)]
            self.sketches += mine
        return mine[0]

    def _unclear(self, wish: Wish, name: str) -> set[Key]:
        """What is wanted or ours and was not understood: it would leave the device unreadable."""
        reading = self.seen[name].reading
        partly = {key for key, row in reading.partial.items() if wish.owns(row)}
        return {key for key in reading.frozen if key in wish.desired or key in partly}

    def _leave(self, sketch: Sketch, change: Change) -> None:
        """One difference, in the way that says most; the second time it is left alone as a whole."""
        key, again = change.key, self._tries[sketch.name, change.key]
        self._tries[sketch.name, change.key] += 1
        if change.before is not None and change.after is None and not again and sketch.kind == "Node":
            line = written(change.before)
            if line is not None and line.marked:
                sketch.add(line.section, line.line, "beyond what the cluster wants")
                return
        rule: dict[str, object] = {"kind": key.kind, "name": literally(key.name)}
        fields = sorted(change.fields)
        if fields and again < 2 and set(fields) <= set(fields_of(key.kind)) and change.before is not None:
            rule["fields"] = fields
        sketch.add("ignore", rule, words(change))
        self.ignored.append(Left(sketch.name, str(key), f"{words(change)}; ignored until that line is taken out"))

    def _give_up(self) -> None:
        """Never seen; what nothing helps against is not written, rather than written and wrong."""
        trial = self._trial()
        for name in [*self.seen]:
            wish, reading = trial.world.get(name, Wish(name, {})), self.seen[name].reading
            if differing(wish, reading, split(wish, reading)):
                self.sketches[:] = [one for one in self.sketches if one.kind not in OWN or one.name != name]
                self._say(name, "its document", "it would always change the device")

    def remark(self) -> None:
        """Say above each document what is not in it."""
        for sketch in self.sketches:
            mine = {one for one in self.left if one.where in (sketch.name, f"{sketch.kind} {sketch.name}")}
            sketch.lines += not_here(f"{one.what}: {one.why}." for one in sorted(mine))

    def unknown(self) -> Iterator[Left]:
        """What the documents leave unknown, since no device and no cluster shows it."""
        trial = self._trial()
        for name in self.seen:
            for row in trial.world[name].unknown if name in trial.world else ():
                yield Left(name, f"{row.kind} {row.name}", f"{row.missing} is not known")


def entry(kind: str, path: Path) -> Path:
    """What goes where the value at ``path`` is refused: half of a port or of a route would mean another one.

    But for what only labels it.
    """
    if kind == "Switch" and path[-1:] in (("description",), ("name",)):
        return path
    if kind == "Switch":
        return path[:3] if path[:1] == ("bgp",) else path[:2]
    if kind == "Node":
        return path[:2] if path[:1] in (("routes",), ("rules",), ("neighbors",), ("fdb",), ("ignore",)) else path
    return path if kind == "Cluster" and len(path) > 1 else ()


def several(reasons: Iterable[str]) -> str:
    """The first, and how many more there are: a trunk of all VLANs has thousands."""
    first, *others = sorted(set(reasons))
    return f"{first} (and {plural(len(others), 'reason')} more)" if others else first


def literally(name: str) -> str:
    """A pattern that matches this name alone."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def words(change: Change) -> str:
    """What is there, and what would fit."""
    if change.fields and MARKS.get(change.key.kind, set()) >= change.fields.keys():
        return "without our mark, which it would get"
    if change.before is None:
        return "missing here"
    if change.after is None:
        return "beyond what is wanted"
    return ", ".join(f"{name} {_shown(old)} here, not {_shown(new)}" for name, (old, new) in change.fields.items())


def _shown(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"
