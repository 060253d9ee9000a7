"""Laws of the one diff: it reaches what is wanted, leaves strangers alone, and its reverse returns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.absent import waiting
from reconciler.core.change import diff, replay
from reconciler.core.codec import as_json, from_json
from reconciler.core.limits import EACH, extent, too_much
from reconciler.core.order import breaks, kind_order, makes
from reconciler.core.resource import Key, Live, Resource, Unknown, state_of
from reconciler.linux.address import Address
from reconciler.linux.fdb import FdbEntry
from reconciler.linux.link import Link
from reconciler.linux.neighbour import Neighbour
from reconciler.linux.route import Route

KINDS = (Link, Address, Neighbour, FdbEntry, Route)
DEVICES = st.sampled_from(["eth1", "vxlan.calico"])
HOSTS = st.integers(1, 6).map(lambda n: f"10.0.0.{n}")
MACS = st.integers(0, 4).map(lambda n: f"66:00:00:00:00:0{n}")


def full_link(ifname: str, mtu: int, vni: int) -> Link:
    return Link(ifname=ifname, info_kind="vxlan", address="66:00:00:00:00:09", mtu=mtu, txqlen=1000, up=True, id=vni)


RESOURCES = st.one_of(
    st.builds(full_link, DEVICES, st.sampled_from([1400, 1450]), st.sampled_from([1, 4096])),
    st.builds(Address, dev=DEVICES, local=HOSTS, prefixlen=st.sampled_from([24, 32])),
    st.builds(Neighbour, dev=DEVICES, dst=HOSTS, lladdr=MACS),
    st.builds(FdbEntry, dev=DEVICES, mac=MACS, dst=HOSTS),
    st.builds(Route, dst=HOSTS.map(lambda h: f"{h}/32"), gateway=HOSTS, dev=DEVICES, protocol=st.sampled_from([3, 80])),
)
STATES = st.lists(RESOURCES, max_size=12).map(state_of)


@st.composite
def lives(draw: st.DrawFn) -> Live:
    found = draw(STATES)
    mine = draw(st.sets(st.sampled_from(sorted(found)))) if found else set()
    return Live({k: found[k] for k in mine}, {k: v for k, v in found.items() if k not in mine})


@given(STATES, lives())
def test_diff_reaches_what_is_wanted_and_no_stranger_is_touched(desired: dict[Key, Resource], live: Live) -> None:
    after = replay(live, diff(desired, live))
    as_wanted_already = {key: row for key, row in live.foreign.items() if desired.get(key) == row}
    assert {**after.ours, **as_wanted_already} == desired
    strangers = {key: row for key, row in live.foreign.items() if key not in desired}
    assert after.foreign == {**strangers, **as_wanted_already}


@given(STATES, lives())
def test_the_second_plan_is_empty(desired: dict[Key, Resource], live: Live) -> None:
    assert diff(desired, replay(live, diff(desired, live))) == []


@given(STATES, STATES)
def test_undo_is_the_same_diff_with_its_arguments_swapped(one: dict[Key, Resource], other: dict[Key, Resource]) -> None:
    there = replay(Live(one, {}), diff(other, Live(one, {})))
    back = replay(there, diff(one, there))
    assert back.ours == one


@given(STATES, lives())
def test_nothing_that_is_as_wanted_is_named(desired: dict[Key, Resource], live: Live) -> None:
    named = {change.key for change in diff(desired, live)}
    same = {key for key, row in live.ours.items() if desired.get(key) == row}
    assert not named & same


@given(STATES, lives())
def test_what_is_made_comes_outside_in_and_what_is_broken_inside_out(desired: dict[Key, Resource], live: Live) -> None:
    order = kind_order(KINDS)
    changes = diff(desired, live)
    made = [order.index(change.key.kind) for change in makes(changes, order)]
    broken = [order.index(change.key.kind) for change in breaks(changes, order)]
    assert made == sorted(made)
    assert broken == sorted(broken, reverse=True)
    assert len(made) + len(broken) == len(changes)


@given(RESOURCES)
def test_json_gives_the_same_resource_back(resource: Resource) -> None:
    assert from_json(as_json(resource), KINDS) == resource


def test_a_replaced_link_writes_again_what_stood_on_it() -> None:
    old, new = full_link("vxlan.calico", 1450, 1), full_link("vxlan.calico", 1450, 4096)
    neighbour = Neighbour(dev="vxlan.calico", dst="10.0.0.1", lladdr="66:00:00:00:00:01")
    elsewhere = Neighbour(dev="eth1", dst="10.0.0.1", lladdr="66:00:00:00:00:01")
    desired = state_of([new, neighbour, elsewhere])
    (change,) = diff(desired, Live(state_of([old, neighbour, elsewhere]), {}))
    assert change.verb == "replace"
    assert change.replays == (neighbour,)
    assert change.fields == {"id": (1, 4096)}


def test_a_wish_sees_only_the_fields_that_it_names() -> None:
    want = Link(ifname="eth1", up=True)
    live = Link(ifname="eth1", info_kind="veth", address="02:00:00:00:00:01", mtu=9000, txqlen=1000, up=True)
    assert diff(state_of([want]), Live(state_of([live]), {})) == []
    (change,) = diff(state_of([want]), Live(state_of([Link(ifname="eth1", mtu=9000, up=False)]), {}))
    assert change.fields == {"up": (False, True)}


def test_what_may_be_an_unknown_wish_is_not_pruned() -> None:
    entry = FdbEntry(dev="vxlan.calico", mac="66:00:00:00:00:01", dst="10.0.0.1")
    live = Live(state_of([entry]), {})
    assert diff({}, live, [Unknown("fdb", "* dev vxlan.calico", "MAC of k01-worker")]) == []
    assert [change.verb for change in diff({}, live)] == ["delete"]


@pytest.mark.parametrize(
    ("deletes", "owned", "held"),
    [(9, 9, False), (10, 10, True), (10, 33, True), (10, 34, False), (30, 100, False), (31, 100, True)],
)
def test_deletes_beyond_the_limit_are_held(deletes: int, owned: int, held: bool) -> None:
    entries = [Address(dev="eth1", local=f"10.0.{n}.1", prefixlen=24) for n in range(deletes)]
    changes = diff({}, Live(state_of(entries), {}))
    assert (too_much(extent(changes, owned), EACH) is not None) == held


CARDS = st.sampled_from([(), ("eth1",), ("eth1", "eth2")]).map(
    lambda names: state_of(Link(ifname=name, mtu=1500) for name in names)
)
WISHES = st.lists(
    st.one_of(
        RESOURCES,
        st.builds(Link, ifname=st.sampled_from(["eth1", "eth2"]), mtu=st.just(1400)),
        st.builds(Link, ifname=st.just("vxlan.calico"), info_kind=st.just("vxlan"), lower=st.just("eth2")),
    ),
    max_size=12,
).map(state_of)


@given(WISHES, CARDS)
def test_what_does_not_wait_can_be_carried_out_in_order(
    desired: dict[Key, Resource], cards: dict[Key, Resource]
) -> None:
    changes = makes(diff(desired, Live(cards, {})), kind_order(KINDS))
    waits = waiting(changes, cards)
    there = set(cards)
    for change in changes:
        want = change.after
        assert want is not None
        possible = not (change.before is None and want.is_hardware)
        possible &= all(Key("link", name) in there for name in want.needs)
        assert possible == (change.key not in waits), (change, waits)
        there |= {change.key} if possible else set()
