"""A device that speaks several languages: nothing that one of them has to say is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from reconciler.cluster.driver import ClusterDriver
from reconciler.core.change import Change
from reconciler.core.driver import (
    Answer,
    Line,
    Reading,
    ReadsQuickly,
    Rumours,
    Script,
    Unreadable,
    Watches,
)
from reconciler.core.part_rumours import PartsRumours
from reconciler.core.parts import Parts
from reconciler.core.resource import Resource, State
from reconciler.core.watching import READY, STDERR
from reconciler.linux.address import Address
from reconciler.linux.driver import LinuxDriver
from reconciler.linux.route import Route

MAIN, OTHER = Route(dst="10.0.0.0/8", dev="eth1", protocol=142), Address(dev="eth1", local="10.0.0.1", prefixlen=8)


class Part:
    """Says something in every field that is a mapping, by the name of the field and its one resource."""

    questions: Sequence[str] = ("what",)

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.kinds: Sequence[type[Resource]] = (type(resource),)

    def read(self, answers: Sequence[Answer]) -> Reading:
        said: dict[str, Any] = {name: {self.resource.key: name} for name in _mappings(Reading({}))}
        return dataclasses.replace(Reading({}), **said)

    def write(self, changes: Sequence[Change], reading: Reading) -> Script:
        makes, breaks = (tuple(Line(sign, str(one.key), one) for one in changes) for sign in "+-")
        return Script(makes, breaks, (f"? {self.resource.key}",))


def _mappings(reading: Reading) -> list[str]:
    return [f.name for f in dataclasses.fields(reading) if isinstance(getattr(reading, f.name), Mapping)]


def test_every_mapping_of_every_reading_is_in_the_whole() -> None:
    whole = Parts(Part(MAIN), Part(OTHER)).read([Answer(""), Answer("")])
    names = _mappings(Reading({}))
    assert {name: getattr(whole, name) for name in names} == {name: {MAIN.key: name, OTHER.key: name} for name in names}


def test_makes_in_order_breaks_the_other_way_round_and_every_note() -> None:
    changes = [Change(None, OTHER), Change(None, MAIN)]
    script = Parts(Part(MAIN), Part(OTHER)).write(changes, Reading({}))
    assert [str(line) for line in script.makes] == [f"+ {MAIN.key}", f"+ {OTHER.key}"]
    assert [str(line) for line in script.breaks] == [f"- {OTHER.key}", f"- {MAIN.key}"]
    assert script.notes == (f"? {MAIN.key}", f"? {OTHER.key}")


class Slow(Part):
    """Asked only in full; its reading is the same one for the same answer."""

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource)
        self.known: dict[str, Reading] = {}

    def read(self, answers: Sequence[Answer]) -> Reading:
        return self.known.setdefault(
            answers[0].text, Reading({self.resource.key: self.resource}, dialects={"": answers[0].text})
        )


def test_a_quick_reading_asks_the_main_part_alone_and_keeps_the_others() -> None:
    parts = Parts(Slow(MAIN), Slow(OTHER))
    assert isinstance(parts, ReadsQuickly)
    assert len(parts.quick_questions) == 1
    whole = parts.read([Answer("main"), Answer("other")])
    assert parts.read_quickly([Answer("main")], whole) is whole, "nothing has changed"
    changed = parts.read_quickly([Answer("main 2")], whole)
    assert changed.found == whole.found
    assert parts.read([Answer("main 2"), Answer("other")]) is changed
    with pytest.raises(Unreadable):
        parts.read_quickly([Answer("main")], whole)
    with pytest.raises(Unreadable):
        Parts(Slow(MAIN), Slow(OTHER)).read_quickly([Answer("main")], whole)


class Ear:
    """Has news of whatever it heard."""

    quick = True

    def __init__(self, own: str) -> None:
        self.own, self.heard = own, ""

    def takes(self, line: str) -> bool:
        return line.startswith((self.own, STDERR))

    def hear(self, line: str) -> None:
        self.heard += line

    def news(self, reading: Reading, desired: State, owns: Callable[[Resource], bool]) -> str:
        heard, self.heard = self.heard, ""
        return heard


@pytest.mark.parametrize(
    ("line", "told", "quick"),
    [
        ("[ROUTE]", "[ROUTE]", True),
        ("{}", "{}", False),
        (f"{STDERR}no", f"{STDERR}no; {STDERR}no", False),
        ("", "", True),
    ],
)
def test_each_line_is_its_parts_and_a_complaint_is_everybodys(line: str, told: str, quick: bool) -> None:
    rumours = PartsRumours(Ear(""), Ear("{"))
    rumours.hear(line)
    assert (rumours.news(Reading({}), {}, lambda _: True), rumours.quick) == (told, quick)


def test_all_parts_are_watched_at_once() -> None:
    driver = Parts(LinuxDriver(), ClusterDriver())
    assert isinstance(driver, Watches)
    assert [program.name for program in driver.programs] == ["ip", "bridge", "ippools", "blockaffinities"]
    assert driver.watch.count("keep() {") == 1
    rumours: Rumours = driver.rumours()
    rumours.hear(READY)
    assert rumours.news(Reading({}), {}, lambda _: True) == "the watch says: ready"
