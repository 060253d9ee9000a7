"""A Calico release without a profile of its own: planned, said, and written only where it is known what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.resource import Key
from reconciler.desired.load import load
from reconciler.intent.calico.release import is_newer, is_older
from reconciler.intent.compile import World, compile_world
from reconciler.intent.facts import ClusterFacts

CLUSTER = """\
apiVersion: reconciler/v1
kind: Cluster
metadata: {name: k}
spec: {cni: calico, nodes: [a], calico: {CALICO}}
---
apiVersion: reconciler/v1
kind: Node
metadata: {name: a}
spec:
  interfaces: {eth0: {addresses: [172.16.0.1/24]}}
  tunnel: {vxlan: {address: 10.0.0.0}}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: pool}
spec: {cidr: 10.0.0.0/16, vxlanMode: Always}
"""


def intent_of(folder: Path, calico: str, told: str | None = None) -> World:
    (folder / "c.yaml").write_text(CLUSTER.replace("CALICO", calico))
    return compile_world(load(folder), {"k": ClusterFacts(version=told)})


@pytest.mark.parametrize("version", ["3.29", "3.29.4", "3.30", "3.33"])
def test_a_known_release_is_written_without_a_word(tmp_path: Path, version: str) -> None:
    intent = intent_of(tmp_path, f'version: "{version}"')
    assert (intent.warnings, intent["a"].holds) == ((), ())


def test_a_newer_release_is_planned_and_held(tmp_path: Path) -> None:
    intent = intent_of(tmp_path, 'version: "3.34"')
    assert [str(warning) for warning in intent.warnings] == [
        f"{tmp_path.name}/c.yaml:4:51: warning: calico-version: Calico 3.34 is not known, its rows are taken from 3.33 "
        'and are not written: set version: "3.33" to have them written as they are'
    ]
    wish = intent["a"]
    assert wish.holds == ("Calico 3.34 of k is not known, its rows are taken from 3.33",)
    assert wish.only_planned(wish.desired[Key("link", "vxlan.calico")])
    assert not wish.only_planned(wish.desired[Key("link", "eth0")])


def test_an_older_release_is_written_and_said(tmp_path: Path) -> None:
    intent = intent_of(tmp_path, 'version: "3.28.2"')
    (warning,) = intent.warnings
    assert (warning.what, warning.severity) == ("Calico 3.28.2 is not known, its rows are taken from 3.29", "warning")
    assert intent["a"].holds == ()


def test_the_document_overrules_a_cluster_of_a_newer_release(tmp_path: Path) -> None:
    assert intent_of(tmp_path, "", told="v3.34.1")["a"].holds
    assert not intent_of(tmp_path, 'version: "3.33"', told="v3.34.1")["a"].holds


@pytest.mark.parametrize(
    ("version", "older", "newer"),
    [("v3.28.5", True, False), ("3.29", False, False), ("v3.33.9", False, False), ("3.34", False, True)],
)
def test_releases_are_compared_by_number(version: str, older: bool, newer: bool) -> None:
    assert (is_older(version), is_newer(version)) == (older, newer)


@pytest.mark.parametrize("version", [None, "master", ""])
def test_what_is_no_release_is_neither_older_nor_newer(version: str | None) -> None:
    assert not is_older(version)
    assert not is_newer(version)
