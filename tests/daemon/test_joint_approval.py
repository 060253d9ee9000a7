"""A joint plan that interrupts waits for a person, on all of its devices, and under one digest."""

from __future__ import annotations

import asyncio
from pathlib import Path

from reconciler.core.codec import as_json
from reconciler.daemon.preview import plan_document, plan_in_force
from reconciler.daemon.service import Service
from reconciler.linux.link import Link
from tests.daemon.flowing import Flowing
from tests.daemon.test_joint import counts, during, pushed

TAKEN = Link(ifname="vni201", info_kind="dummy")


async def held(world: Flowing) -> str:
    """They have tunnels; another VNI for all waits for a person. The digest that approves it.

    Somebody has an interface with the name that a second device beside each would get.
    """
    for node in world.nodes.values():
        node.rows[TAKEN.key] = as_json(TAKEN)
    await pushed(world, world.tunnelled(100))
    await asyncio.sleep(5.0)
    await pushed(world, world.tunnelled(200), "c3")
    await asyncio.sleep(5.0)
    assert [world.phase(name) for name in world.places] == ["held"] * 3
    (digest,) = {world.service.hub.standings[name].digest for name in world.places}
    return digest


def test_what_interrupts_is_held_on_all_with_one_digest_that_all_commands_show(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        digest = await held(world)
        for targeted in (lambda name: True, lambda name: name == "n2"):
            shown = await plan_in_force(service.deployment, targeted)
            assert {one.status for one in shown.plan.devices} == {"held"}
            assert set(shown.digests.values()) == {digest}
            document = plan_document(shown, None)
            assert f"`reconcile approve {digest}`" in "\n".join(map(str, document["lines"]))  # type: ignore[call-overload]
        assert {event.data.get("digest") for event in world.told("held")} == {digest}
        assert service.approve(digest, "me") == f"plan {digest} of n1, n2, n3 is approved by me"
        await asyncio.sleep(5.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}
        assert counts(world, "arm") == counts(world, "confirm") == 3
        assert service.hub.approved == set()

    during(world, story)


def test_an_approval_of_what_has_moved_meanwhile_is_for_nothing(tmp_path: Path) -> None:
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        digest = await held(world)
        rows = world.nodes["n2"].rows
        rows.pop(next(key for key in rows if key.name == "vx1"))
        assert service.approve(digest, "me")
        await asyncio.sleep(60.0)
        assert world.told("applied") == []
        assert {row["id"] for node in world.nodes.values() for row in node.rows.values() if "id" in row} == {100}, (
            "one has none"
        )
        (other,) = {service.hub.standings[name].digest for name in world.places}
        assert other != digest
        assert service.approve(digest, "me") == ""
        assert service.approve(other, "me")
        await asyncio.sleep(5.0)
        assert {world.phase(name) for name in world.places} == {"in sync"}

    during(world, story)


def test_what_waits_for_a_person_is_planned_in_peace(tmp_path: Path) -> None:
    """Three devices that wait do not keep one another awake."""
    world = Flowing(tmp_path)

    async def story(service: Service) -> None:
        await held(world)
        world.log.clear()
        await asyncio.sleep(300.0)
        assert counts(world, "look") < 3 * 300 / 20

    during(world, story)
