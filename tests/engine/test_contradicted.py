"""A cluster's word that contradicts a document: the devices on which it shows are held, and nobody else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from reconciler.core.driver import Reading
from reconciler.desired.load import load
from reconciler.engine.compiled import Contradiction
from reconciler.engine.cycle import Cycle
from reconciler.engine.observe import Device, Sight
from reconciler.engine.record import Record
from tests.engine.fakes import DictTransport, device
from tests.engine.test_facts import AFFINITY, KNOWN, WHOLE, repository, sight

BLOCK = "10.0.1.0/26"
"""The cluster gives it to b; on a, the way there is a row of the cluster's."""
TUNNEL = WHOLE["TUNNELa"]


def cycle(folder: Path, route: str, affinity: str = "") -> Cycle:
    """Nodes a and b of a cluster that tells its other affinities, and on a this route by hand."""
    repository(folder, AFFINITY=affinity, VERSION=WHOLE["VERSION"] if affinity else "")
    place, text = folder / "world.yaml", (folder / "world.yaml").read_text()
    place.write_text(text.replace(TUNNEL, f"{TUNNEL}, routes: [{{dst: {route}, via: 172.16.0.9}}]"))
    found = load(folder)
    assert not found.having("error")
    devices: dict[str, Device] = {name: device(name, DictTransport()) for name in "ab"}
    return Cycle(found, devices, Record(folder / "inventory"))


def sights() -> dict[str, Sight]:
    return {**sight(dataclasses.replace(KNOWN, felix=None)), "b": Sight("b", Reading({}))}


def test_only_the_device_on_which_it_shows_is_held(tmp_path: Path) -> None:
    made = cycle(tmp_path, BLOCK)
    for plan in (made.planned(sights()), made.planned(sights(), ["a", "b"])):
        a, b = plan.devices
        assert (a.status, a.writes, a.approvable, b.status) == ("held", False, False, "ok")
        assert b.writes
        assert a.reason.startswith("what the cluster tells contradicts the documents: ")
        assert f"route {BLOCK} table 254 metric 0 is wanted twice" in a.reason


def test_an_approval_of_nothing_does_not_choose_between_the_two(tmp_path: Path) -> None:
    made = cycle(tmp_path, BLOCK)
    made.approvals = {made.planned(sights(), ["a"]).digest}
    (a,) = made.planned(sights(), ["a"]).devices
    assert (a.status, a.writes) == ("held", False)


def test_documents_that_contradict_one_another_are_refused_as_a_whole(tmp_path: Path) -> None:
    made = cycle(tmp_path, "10.0.3.0/26", AFFINITY)
    for seen in ({}, sights()):
        with pytest.raises(Contradiction, match=r"10.0.3.0/26 table 254 metric 0 is wanted twice"):
            made.planned(seen)
