"""What the documents leave out is looked up in the cluster; what cannot be looked up is unknown and nothing is lost."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import DESIRED, Field, lines

LOST = ("k01-worker", "create", "route", "192.168.209.64/26 table 254 metric 0")
KUBECTL = "printf '#!/bin/sh\\necho refused >&2\\nexit 1\\n' >/tmp/kubectl; chmod +x /tmp/kubectl; "


def without_affinities(desired: Path) -> None:
    (desired / "affinities.yaml").unlink()


def without_tunnels(desired: Path) -> None:
    nodes = desired / "nodes.yaml"
    nodes.write_text(re.sub(r"  tunnel:\n    vxlan: .*\n", "", nodes.read_text()))


def without_version(desired: Path) -> None:
    cluster = desired / "cluster.yaml"
    cluster.write_text(re.sub(r"    version: .*\n", "    wireguard: false\n", cluster.read_text()))


@pytest.fixture(params=[without_affinities, without_tunnels, without_version], ids=lambda leave: leave.__name__)
def terse(converged: Field, tmp_path: Path, request: pytest.FixtureRequest) -> Field:
    """The seed's documents with something left out, which the cluster knows."""
    desired = tmp_path / "desired"
    shutil.copytree(DESIRED, desired)
    request.param(desired)
    return converged.wanting(desired)


def routes(field: Field) -> dict[str, str]:
    return {node.name: field.shown(node.name, "ip", "route") for node in field.lab.nodes}


@pytest.fixture
def mute(terse: Field) -> Iterator[Field]:
    """The cluster's API does not answer on its node."""
    node = "k01-control-plane"
    terse.shown(node, "sh", "-c", KUBECTL + "mount --bind /tmp/kubectl $(readlink -f $(command -v kubectl))")
    yield terse
    terse.shown(node, "sh", "-c", "umount $(readlink -f $(command -v kubectl))")


def test_the_cluster_fills_the_gap(terse: Field) -> None:
    assert lines(terse.plan(code=0)) == []


def test_a_repair_deletes_nothing(terse: Field) -> None:
    before = routes(terse)
    terse.shown("k01-worker", "ip", "route", "del", "192.168.209.64/26")
    assert lines(terse.plan(code=2)) == [LOST]
    terse.command("--yes")
    assert routes(terse) == before
    assert terse.pings()


def test_a_target_is_planned_with_the_facts_of_all(terse: Field) -> None:
    before = routes(terse)
    terse.shown("k01-worker", "ip", "route", "del", "192.168.209.64/26")
    terse.command("--yes", "--target", "k01-worker")
    assert routes(terse) == before
    assert "k01-control-plane" not in terse.command("--target", "k01-worker", "--dry-run")


def test_an_api_that_does_not_answer_costs_nothing(mute: Field) -> None:
    before = routes(mute)
    plan = mute.plan(code=4)
    assert [line for line in lines(plan) if line[1] == "delete"] == []
    mute.command("--yes", code=4)
    assert routes(mute) == before
    assert mute.pings()
