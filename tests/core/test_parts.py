"""A device that speaks several languages: nothing that one of them has to say is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.change import Change
from reconciler.core.driver import Answer, Line, Reading, Script
from reconciler.core.parts import Parts
from reconciler.core.resource import Resource
from reconciler.linux.address import Address
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
